import * as fc from 'fast-check';
import { decideSales, factsOf, type SaleFact, type SalesChange, type SoldOrder } from './sales.js';

const DAY = '2026-11-25';
const AT = `${DAY}T10:00:00.000Z`;
const LATER = '2026-11-27T10:00:00.000Z';

const sold: SoldOrder = {
  id: 'ord_1',
  phase: 'confirmed',
  currency: 'EUR',
  lines: [
    { sku: 'TEA', quantity: 3, name: 'Sencha', unitAmount: 100 },
    { sku: 'CUP', quantity: 1, name: 'Cup', unitAmount: 50 },
  ],
  totalAmount: 350,
  paymentId: 'pay_1',
  isSale: true,
};
const books = (change: Partial<SoldOrder> = {}) => new Map([['ord_1', { ...sold, ...change }]]);

let events = 0;
const about = () => ({ orderId: 'ord_1', eventId: `msg_1.${events++}` });
const confirmed = (): SaleFact => ({ kind: 'confirmed', at: AT, ...about() });
const cancelled = (): SaleFact => ({ kind: 'cancelled', at: LATER, ...about() });
const returned = (amount: number | null, paymentId = 'pay_1'): SaleFact => ({
  kind: 'returned',
  at: LATER,
  paymentId,
  amount,
  ...about(),
});

const totalOf = (changes: readonly SalesChange[], sku: string, of: keyof SalesChange): number =>
  changes.filter((row) => row.sku === sku).reduce((sum, row) => sum + Number(row[of]), 0);

describe('a sale', () => {
  it('counts as a whole and by SKU, on the day of its confirmation', () => {
    const { changes } = decideSales([confirmed()], books(), new Map());
    expect(changes).toMatchObject([
      { sku: '', day: DAY, currency: 'EUR', orders: 1, units: 4, gross: 350 },
      { sku: 'TEA', day: DAY, orders: 1, units: 3, gross: 300 },
      { sku: 'CUP', day: DAY, orders: 1, units: 1, gross: 50 },
    ]);
  });

  it('whose goods and money come back counts that on the day when they do', () => {
    const { changes, returned: back } = decideSales([cancelled(), returned(100)], books(), new Map());
    expect(changes).toMatchObject([
      { sku: '', day: '2026-11-27', orders: 0, cancelledOrders: 1, returnedUnits: 4, returned: 100 },
      { sku: 'TEA', returnedUnits: 3, returned: 85 },
      { sku: 'CUP', returnedUnits: 1, returned: 15 },
    ]);
    expect([...back]).toEqual([['ord_1', 100]]);
  });

  it('of which a part comes back counts the units of that part', () => {
    const lines = [
      { sku: 'TEA', quantity: 2 },
      { sku: 'NONE', quantity: 9 },
    ];
    const { changes } = decideSales(
      [{ kind: 'goods_returned', at: LATER, lines, ...about() }],
      books(),
      new Map(),
    );
    expect(changes).toMatchObject([
      { sku: '', day: '2026-11-27', orders: 0, cancelledOrders: 0, returnedUnits: 2, returned: 0 },
      { sku: 'TEA', returnedUnits: 2, returned: 0 },
    ]);
  });

  it('gives back no more than it was, however often it is told', () => {
    const { changes } = decideSales([returned(null), returned(null)], books(), new Map([['ord_1', 300]]));
    expect(totalOf(changes, '', 'returned')).toBe(50);
  });

  it('gives each SKU back what it had brought, whatever the steps', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 10 }), (steps) => {
        const { changes } = decideSales(
          [...steps.map((step) => returned(step)), returned(null)],
          books(),
          new Map(),
        );
        expect(['', 'TEA', 'CUP'].map((sku) => totalOf(changes, sku, 'returned'))).toEqual([350, 300, 50]);
      }),
    );
  });

  it('leaves what belongs to no line to the order as a whole', () => {
    const { changes } = decideSales([confirmed(), returned(null)], books({ totalAmount: 400 }), new Map());
    expect(['', 'TEA', 'CUP'].map((sku) => totalOf(changes, sku, 'returned'))).toEqual([400, 300, 50]);
  });
});

const expired = factsOf({
  id: 'msg_9',
  type: 'payment.expired.v1',
  source: 'payment',
  at: LATER,
  members: [{ id: 'msg_9.0', data: { orderId: 'ord_1', paymentId: 'pay_1' } }],
});

it('a sale whose authorization ends before it is captured brings nothing', () => {
  const { changes } = decideSales(
    [confirmed(), cancelled(), ...expired],
    books({ phase: 'cancelled' }),
    new Map(),
  );
  expect(['gross', 'returned'].map((of) => totalOf(changes, '', of as keyof SalesChange))).toEqual([
    350, 350,
  ]);
});

describe('what is told of an order', () => {
  it('that is not decided yet waits, and counts when it is', () => {
    const early = decideSales([returned(100)], books({ phase: 'charging', isSale: false }), new Map());
    expect(early).toMatchObject({ changes: [], waiting: [{ kind: 'returned', amount: 100 }] });
    const late = decideSales([...early.waiting, confirmed()], books(), new Map());
    expect([late.waiting, totalOf(late.changes, '', 'returned')]).toEqual([[], 100]);
  });

  it.each([
    ['has ended before it was a sale', { phase: 'cancelled', isSale: false } as const, expired],
    ['was never a sale', { phase: 'cancelled', isSale: false } as const, [returned(null), cancelled()]],
    ['was paid in another way', {}, [returned(100, 'pay_0')]],
  ])('counts nothing when it %s', (_, change, facts) => {
    const { changes, waiting } = decideSales(facts, books(change), new Map());
    expect([changes, waiting]).toEqual([[], []]);
  });

  it('counts nothing when nobody knows the order', () => {
    expect(decideSales([confirmed()], new Map(), new Map()).changes).toEqual([]);
  });
});

describe('a message of the log', () => {
  const bundle = (type: string, ...data: unknown[]) => ({
    id: 'msg_1',
    type,
    source: 'test',
    at: AT,
    members: data.map((one, i) => ({ id: `msg_1.${i}`, data: one })),
  });
  const money = { amount: 7, currency: 'EUR' };
  const payment = { orderId: 'ord_1', paymentId: 'pay_1' };

  it.each([
    ['order.confirmed.v1', { orderId: 'ord_1' }, { kind: 'confirmed', eventId: 'msg_1.0' }],
    ['order.cancelled.v1', { orderId: 'ord_1' }, { kind: 'cancelled', at: AT }],
    [
      'order.goods_returned.v1',
      { orderId: 'ord_1', returnId: 'ret_1', lines: [{ sku: 'TEA', quantity: 1 }] },
      { kind: 'goods_returned', lines: [{ sku: 'TEA', quantity: 1 }] },
    ],
    [
      'payment.refund_succeeded.v1',
      { ...payment, amount: money, at: LATER },
      { kind: 'returned', amount: 7, at: LATER },
    ],
    [
      'payment.captured.v1',
      { ...payment, amount: money, released: money },
      { kind: 'returned', amount: 7, at: AT },
    ],
    ['payment.voided.v1', payment, { kind: 'returned', amount: null }],
    ['payment.expired.v1', payment, { kind: 'returned', amount: null }],
  ])('%s says something about sales', (type, data, fact) => {
    expect(factsOf(bundle(type, data))).toMatchObject([{ orderId: 'ord_1', ...fact }]);
  });

  it.each([
    ['payment.captured.v1', { ...payment, amount: money }],
    ['stock.reserved.v1', { orderId: 'ord_1' }],
    ['toString', { orderId: 'ord_1' }],
    ['order.confirmed.v1', null],
    ['order.confirmed.v1', { orderId: 5 }],
    ['payment.refund_succeeded.v1', { ...payment, amount: { amount: 'much' }, at: LATER }],
    ['payment.refund_succeeded.v1', { ...payment, amount: money, at: 'then' }],
  ])('%s with %j says nothing', (type, data) => {
    expect(factsOf(bundle(type, data))).toEqual([]);
  });
});
