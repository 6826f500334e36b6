import { type Money } from '#contracts';
import { type Order } from './order.js';
import { priceLines } from './pricing.js';

const euro = (amount: number): Money => ({ amount, currency: 'EUR' });
const yen = (amount: number): Money => ({ amount, currency: 'JPY' });
const dinar = (amount: number): Money => ({ amount, currency: 'KWD' });

const order = (currency: string, ...skus: string[]): Order => ({
  kind: 'order',
  id: 'ord_1',
  version: 1,
  phase: 'reserving',
  customerId: 'cus',
  currency,
  lines: skus.map((sku) => ({ sku, quantity: 3, name: null, unitAmount: null })),
  totalAmount: null,
  expectedTotal: null,
  metadata: {},
  payment: null,
  moneyReturned: false,
  reason: null,
  expiresAt: null,
  deadlineAt: null,
  waiter: null,
  createdAt: '',
  updatedAt: '',
});
const tea = {
  sku: 'TEA',
  name: 'Tea',
  quantity: 3,
  unitPrice: euro(1_999),
  otherPrices: [yen(330), dinar(6_125)],
};
const mug = { sku: 'MUG', name: 'Mug', quantity: 3, unitPrice: yen(1_200) };

describe('an order', () => {
  it.each([
    ['EUR', 5_997],
    ['JPY', 990],
    ['KWD', 18_375],
  ])('in %s is priced in it, in its minor units', (currency, totalAmount) => {
    expect(priceLines(order(currency, 'TEA'), [tea])).toMatchObject({ totalAmount });
  });

  it('takes of each line the price in its currency, whether it is the main one or not', () => {
    expect(priceLines(order('JPY', 'TEA', 'MUG'), [tea, mug])).toMatchObject({
      totalAmount: 4_590,
      lines: [{ unitAmount: 330 }, { unitAmount: 1_200 }],
    });
  });

  it('is refused in a currency that one of its lines has no price in', () => {
    expect(priceLines(order('EUR', 'TEA', 'MUG'), [tea, mug])).toMatchObject({
      reason: { code: 'currency_mismatch', detail: 'MUG is priced in JPY, not EUR' },
    });
    expect(priceLines(order('USD', 'TEA'), [tea])).toMatchObject({
      reason: { code: 'currency_mismatch', detail: 'TEA is priced in EUR, JPY, KWD, not USD' },
    });
  });
});
