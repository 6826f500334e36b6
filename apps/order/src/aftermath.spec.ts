import { type OrderView } from '#contracts';
import {
  having,
  MESSAGES,
  type Name,
  names,
  ORDER,
  orderOf,
  paid,
  placement,
  sentOf,
  tell,
} from '../test/world.js';

const NUMBER = ORDER.slice('ord_'.length);
const shipped: Name[] = ['reserved', 'captured', 'fulfilOne'];
const rest = [{ sku: 'TEA', quantity: 1 }];

describe('an order of which some has left', () => {
  it('ends as fulfilled when it is cancelled, and gives back money and stock of the rest, once', () => {
    const run = having(paid, ...shipped);
    const answer = tell(run, MESSAGES.cancel).answer as OrderView;
    expect(answer).toMatchObject({
      status: 'fulfilled',
      reason: null,
      lines: [{ quantity: 2, fulfilledQuantity: 1, cancelledQuantity: 1 }],
    });
    expect(sentOf(run, 'payment.give_back.v1')).toMatchObject([
      { refundId: `ref_${NUMBER}`, amount: { amount: 250, currency: 'EUR' } },
    ]);
    expect(sentOf(run, 'stock.give_back.v1')).toMatchObject([{ returnId: `ret_${NUMBER}`, lines: rest }]);
    expect(names(run)).not.toContain('stock.release.v1');
    expect(run.steps.at(-1)?.detail).toMatchObject({ cancelled: rest });
    expect(tell(run, MESSAGES.cancel)).toEqual({ answer });
    expect(() => tell(run, MESSAGES.fulfil)).toThrow('order-not-fulfillable');
  });

  it.each<Name>(['voided', 'ended'])(
    'is fulfilled without its money when that is %s, and only the stock of the rest goes back',
    (gone) => {
      const run = having(paid, 'reserved', 'authorized', 'fulfilOne', gone, gone);
      expect(orderOf(run)).toMatchObject({
        phase: 'fulfilled',
        moneyReturned: true,
        reason: { code: 'payment_returned' },
        lines: [{ fulfilledQuantity: 1, cancelledQuantity: 1 }],
      });
      expect(names(run)).not.toContain('payment.give_back.v1');
      expect(sentOf(run, 'stock.give_back.v1')).toHaveLength(1);
    },
  );

  it('gets the money of the rest back when the stock has no more', () => {
    const run = having(paid, ...shipped, 'commitRefused', 'commitRefused');
    expect(orderOf(run)).toMatchObject({ phase: 'fulfilled', reason: { code: 'stock_missing' } });
    expect(sentOf(run, 'payment.give_back.v1')).toMatchObject([{ amount: { amount: 250 } }]);
    expect(names(run)).not.toContain('stock.give_back.v1');
  });

  it.each<Name>(['captured', 'authorized', 'deadline', 'expired', 'reserved'])(
    'does not mind that %s comes after the rest was cancelled',
    (late) => {
      const run = having(paid, ...shipped, 'cancel');
      const before = orderOf(run);
      tell(run, MESSAGES[late]);
      expect(orderOf(run)).toBe(before);
    },
  );
});

describe('a return', () => {
  it('gives back money and stock of its lines, once for each key', () => {
    const run = having(paid, 'reserved', 'captured', 'fulfil');
    const { answer } = tell(run, MESSAGES.return);
    expect(answer).toMatchObject({
      return: { lines: rest, amount: { amount: 250 }, reason: 'damaged', restock: true },
      replayed: false,
    });
    expect(sentOf(run, 'payment.give_back.v1')).toMatchObject([
      { amount: { amount: 250 }, reason: 'damaged' },
    ]);
    expect(sentOf(run, 'stock.give_back.v1')).toMatchObject([{ lines: rest }]);
    expect(tell(run, MESSAGES.return)).toEqual({ answer: { ...answer, replayed: true } });
    expect(orderOf(run)).toMatchObject({ phase: 'fulfilled', lines: [{ returnedQuantity: 1 }] });
  });

  it('of what cannot be sold again moves no stock', () => {
    const run = having(paid, 'reserved', 'captured', 'fulfil', 'returnBroken');
    expect(names(run)).toContain('payment.give_back.v1');
    expect(names(run)).not.toContain('stock.give_back.v1');
  });

  it('adds up with a cancelled rest to what was paid', () => {
    const run = having(paid, ...shipped, 'return', 'cancel');
    const back = sentOf(run, 'payment.give_back.v1').map(
      ({ amount }) => (amount as { amount: number }).amount,
    );
    expect(back).toEqual([250, 250]);
    expect(new Set(sentOf(run, 'payment.give_back.v1').map(({ refundId }) => refundId)).size).toBe(2);
  });

  it('has no money to give back when the payment has none', () => {
    const run = having(paid, 'reserved', 'authorized', 'fulfil', 'voided');
    expect(tell(run, MESSAGES.return).answer).toMatchObject({ return: { amount: null, refundId: null } });
    expect(names(run)).not.toContain('payment.give_back.v1');
  });

  it.each<[string, Name[], Name]>([
    ['what has not left', ['reserved', 'captured'], 'return'],
    ['more than has left', [...shipped, 'return'], 'returnBroken'],
    ['what was cancelled', [...shipped, 'cancel', 'return'], 'returnBroken'],
    ['an order that was cancelled', ['reserved', 'captured', 'cancel'], 'return'],
  ])('of %s is refused, and nothing changes', (_, told, last) => {
    const run = having(paid, ...told);
    const before = orderOf(run);
    expect(() => tell(run, MESSAGES[last])).toThrow('order-not-returnable');
    expect(orderOf(run)).toBe(before);
  });

  it('of an order that has changed since, or with a used key, is refused', () => {
    const run = having(placement({ method: 'tok_visa' }), 'reserved', 'captured', 'fulfil');
    const { data, ...envelope } = MESSAGES.return;
    const stale = { ...envelope, data: { ...data, expectedVersion: 1 } } as typeof MESSAGES.return;
    expect(() => tell(run, stale)).toThrow('version-mismatch');
    tell(run, MESSAGES.return);
    const idempotency = { key: 'k5', fingerprint: 'other' };
    expect(() =>
      tell(run, { ...envelope, data: { ...data, idempotency } } as typeof MESSAGES.return),
    ).toThrow('idempotency-key-reused');
  });
});
