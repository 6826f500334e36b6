import { FIRST, having, MESSAGES, names, ORDER, orderOf, paid, SECOND, tell, unpaid } from '../test/world.js';

describe('an order whose payment needs the customer', () => {
  it('goes on waiting, and tells whoever waits for it, once', () => {
    const run = having(paid, 'reserved');
    const before = orderOf(run);
    const [notice, ...more] = tell(run, MESSAGES.asked).notify ?? [];
    expect([notice, more]).toMatchObject([
      { name: ORDER, data: { id: ORDER, status: 'pending', paymentId: FIRST } },
      [],
    ]);
    expect(orderOf(run)).toEqual({
      ...before,
      version: before.version + 1,
      waiter: null,
    });
    expect(tell(run, MESSAGES.asked)).toEqual({});
    tell(run, MESSAGES.captured);
    expect(orderOf(run).phase).toBe('confirmed');
  });

  it('keeps its deadline, and is cancelled at it or by the client as any other', () => {
    for (const end of ['deadline', 'cancel'] as const) {
      const run = having(paid, 'reserved', 'asked', end, 'asked');
      expect(orderOf(run).phase).toBe('cancelled');
      expect(names(run).filter((name) => name === 'payment.cancel.v1')).toHaveLength(1);
    }
  });

  it('is told of the payment that it tries, and of no other', () => {
    const run = having(unpaid, 'reserved', 'pay');
    expect(tell(run, MESSAGES.asked)).toEqual({});
    expect(tell(run, MESSAGES.secondAsked).notify).toMatchObject([{ name: SECOND }]);
    expect(orderOf(run).phase).toBe('paying');
  });
});

describe('an order whose authorization has ended', () => {
  it('is cancelled, and its stock goes back', () => {
    const run = having(paid, 'reserved', 'authorized', 'ended', 'ended');
    expect(orderOf(run)).toMatchObject({
      phase: 'cancelled',
      reason: { code: 'payment_expired' },
      moneyReturned: true,
    });
    expect(names(run).filter((name) => name === 'stock.release.v1')).toHaveLength(1);
    expect(names(run)).not.toContain('payment.cancel.v1');
  });

  it('is cancelled, too, when that is the first news of its payment', () => {
    expect(orderOf(having(paid, 'reserved', 'ended', 'authorized')).phase).toBe('cancelled');
  });

  it('stays as it is when the goods have left', () => {
    expect(orderOf(having(paid, 'reserved', 'authorized', 'fulfil', 'ended')).phase).toBe('fulfilled');
  });
});
