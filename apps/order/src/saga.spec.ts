import {
  AFTER_HOLD,
  HOLD_ENDS,
  having,
  MESSAGES,
  message,
  type Name,
  names,
  ORDER,
  orderOf,
  paid,
  placement,
  type Run,
  start,
  tell,
  unpaid,
} from '../test/world.js';
import { FACT_OF } from './messages.js';
import { PHASES, type Phase } from './order.js';
import { FACTS, SAGA } from './saga.js';

describe('an order', () => {
  test('is confirmed when the stock is held and the money is taken', () => {
    const run = having(paid, 'reserved', 'captured');
    expect(orderOf(run)).toMatchObject({
      phase: 'confirmed',
      totalAmount: 500,
      deadlineAt: null,
      waiter: null,
    });
    expect(names(run)).toEqual([
      'stock.reserve.v1',
      'payment.charge.v1',
      'stock.commit.v1',
      'order.confirmed.v1',
    ]);
  });

  test('is rejected with what was asked and what was there', () => {
    const run = having(paid, 'shortage');
    const reason = { code: 'out_of_stock', items: [{ sku: 'TEA', requested: 2, available: 1 }] };
    expect(orderOf(run)).toMatchObject({ phase: 'rejected', reason, payment: null });
  });

  test('gives the stock back when the payment given at placement is declined', () => {
    const run = having(paid, 'reserved', 'declined');
    expect(orderOf(run)).toMatchObject({ phase: 'cancelled', reason: { code: 'payment_declined' } });
    expect(names(run)).toContain('stock.release.v1');
  });

  test('awaits payment until the hold runs out when none was given', () => {
    const run = having(unpaid, 'reserved');
    expect(orderOf(run)).toMatchObject({ phase: 'awaiting_payment', deadlineAt: HOLD_ENDS });
    tell(run, MESSAGES.deadline, AFTER_HOLD);
    expect(orderOf(run)).toMatchObject({ phase: 'cancelled', reason: { code: 'payment_expired' } });
    expect(names(run)).toContain('stock.release.v1');
  });

  test('may be paid with another method after a decline, as long as the stock is held', () => {
    const run = having(unpaid, 'reserved', 'pay', 'secondDeclined');
    expect(orderOf(run).phase).toBe('awaiting_payment');
  });

  test('is cancelled when the last method is declined after the hold has run out', () => {
    const run = having(unpaid, 'reserved', 'pay');
    tell(run, MESSAGES.secondDeclined, AFTER_HOLD);
    expect(orderOf(run)).toMatchObject({ phase: 'cancelled', reason: { code: 'payment_expired' } });
  });

  test.each<[string, string, Name[]]>([
    ['is being paid', 'paying', ['reserved', 'pay']],
    ['may be paid once more', 'awaiting_payment', ['reserved', 'pay', 'secondDeclined']],
  ])('that %s is not cancelled by the end of a deadline which it had before', (_, phase, told) => {
    const run = having(unpaid, ...told);
    expect(tell(run, MESSAGES.staleDeadline)).toEqual({});
    expect(orderOf(run).phase).toBe(phase);
  });

  test('is cancelled at its deadline also when the end of its hold is written in another way', () => {
    const run = start(unpaid);
    tell(run, message('stock.reserved.v1', { ...MESSAGES.reserved.data, expiresAt: '2026-01-01T00:15:00Z' }));
    tell(run, message('order.deadline_passed', { deadlineAt: HOLD_ENDS }), AFTER_HOLD);
    expect(orderOf(run).phase).toBe('cancelled');
  });

  test('gives the money back when it was paid after the goods were gone', () => {
    const run = having(paid, 'reserved', 'captured', 'commitRefused');
    expect(orderOf(run).phase).toBe('cancelled');
    expect(names(run)).toContain('payment.cancel.v1');
  });

  test('gives back what is granted after it timed out', () => {
    const held = having(paid, 'deadline', 'reserved');
    expect(names(held).filter((name) => name === 'stock.release.v1')).toHaveLength(2);
    const taken = having(paid, 'reserved', 'deadline', 'captured');
    expect(names(taken).filter((name) => name === 'payment.cancel.v1')).toHaveLength(2);
  });

  test('tells whoever waits for it once, when it has settled', () => {
    const run = start(paid);
    expect(tell(run, MESSAGES.reserved).notify).toEqual([]);
    const told = tell(run, MESSAGES.captured).notify;
    expect(told).toMatchObject([
      { replyTo: 'gateway-1', name: ORDER, data: { status: 'confirmed', version: 3 } },
    ]);
    expect(tell(run, MESSAGES.captured).notify).toBeUndefined();
  });

  test.each([
    ['currency_mismatch', { currency: 'USD' }],
    ['total_mismatch', { expectedTotal: { amount: 499, currency: 'EUR' } }],
  ])('is rejected and its stock released on %s', (code, request) => {
    const run = having(placement({ method: 'tok_visa' }, request), 'reserved');
    expect(orderOf(run)).toMatchObject({ phase: 'rejected', reason: { code }, payment: null });
    expect(names(run)).toContain('stock.release.v1');
  });

  test('answers a known key with the first order, and refuses it for another request', () => {
    const run = start(paid);
    const twin = message('order.place.v1', { ...paid.data, orderId: 'ord_00000000000000000000000002' });
    expect(tell(run, twin)).toEqual({ answer: { replayOf: ORDER } });
    const other = { ...paid.data, idempotency: { key: 'k1', fingerprint: 'other' } };
    expect(() => tell(run, message('order.place.v1', other))).toThrow('idempotency-key-reused');
  });

  test('refuses a payment that it does not await', () => {
    expect(() => having(unpaid, 'pay')).toThrow('order-not-payable');
    expect(() => having(paid, 'reserved', 'pay')).toThrow('payment-in-progress');
    expect(() => having(paid, 'reserved', 'captured', 'pay')).toThrow('order-not-payable');
  });
});

describe('an order that is cancelled by its client', () => {
  test.each<[Name[], string[]]>([
    [[], ['stock.release.v1', 'order.cancelled.v1']],
    [['reserved'], ['stock.release.v1', 'payment.cancel.v1', 'order.cancelled.v1']],
    [
      ['reserved', 'captured'],
      ['stock.release.v1', 'payment.cancel.v1', 'order.cancelled.v1'],
    ],
    [
      ['reserved', 'authorized'],
      ['stock.release.v1', 'payment.cancel.v1', 'order.cancelled.v1'],
    ],
  ])('after %j gives back what it may hold', (told, sends) => {
    const run = having(paid, ...told);
    const before = names(run).length;
    tell(run, MESSAGES.cancel);
    expect(orderOf(run)).toMatchObject({ phase: 'cancelled', reason: { code: 'requested' } });
    expect(names(run).slice(before)).toEqual(sends);
  });

  test('is cancelled once, and answers with the same order again', () => {
    const run = having(paid, 'reserved', 'captured');
    const first = tell(run, MESSAGES.cancel);
    const again = tell(run, MESSAGES.cancel);
    expect(again).toEqual({ answer: first.answer });
  });

  test('keeps nothing of money that is taken afterwards', () => {
    const run = having(paid, 'reserved', 'cancel');
    const before = names(run).length;
    tell(run, MESSAGES.captured);
    expect(names(run).slice(before)).toEqual(['payment.cancel.v1']);
  });

  test('is refused when it was rejected, and for another version than it has', () => {
    expect(() => having(paid, 'shortage', 'cancel')).toThrow('order-not-cancellable');
    const stale = message('order.cancel.v1', { expectedVersion: 7 });
    expect(() => tell(start(), stale)).toThrow('version-mismatch');
  });
});

describe('an order whose payment is voided by a client', () => {
  test.each<Name[][]>([
    [['reserved', 'authorized', 'voided']],
    [['reserved', 'voided', 'authorized', 'voided']],
    [['reserved', 'authorized', 'voided', 'voided']],
  ])('after %j is cancelled once, gives its stock back and asks for no money', (told) => {
    const run = having(paid, ...told);
    expect(orderOf(run)).toMatchObject({
      phase: 'cancelled',
      reason: { code: 'requested' },
      moneyReturned: true,
    });
    expect(names(run).filter((name) => name === 'order.cancelled.v1')).toHaveLength(1);
    expect(names(run)).toContain('stock.release.v1');
    expect(run.steps.filter(({ to }) => to === 'cancelled')).toHaveLength(1);
  });

  test('is cancelled, too, when it was paid later', () => {
    const run = having(unpaid, 'reserved', 'pay', 'secondAuthorized', 'secondVoided');
    expect(orderOf(run)).toMatchObject({ phase: 'cancelled', reason: { code: 'requested' } });
  });
});

describe('an order that has left', () => {
  test.each<[Name, object]>([
    ['voided', { reason: { code: 'payment_returned' }, moneyReturned: true }],
    ['refunded', { reason: { code: 'payment_returned' }, moneyReturned: true }],
    ['commitRefused', { reason: { code: 'stock_missing' }, moneyReturned: false }],
  ])('stays fulfilled when it is told %s, and says what is wrong, once', (told, change) => {
    const run = having(paid, 'reserved', 'captured', 'fulfil', told);
    expect(orderOf(run)).toMatchObject({ phase: 'fulfilled', ...change });
    const before = orderOf(run);
    tell(run, MESSAGES[told]);
    expect(orderOf(run)).toBe(before);
  });
});

describe('the table', () => {
  test('reaches every phase from a placement', () => {
    const reached = new Set<Phase>(['reserving']);
    const visit = (run: Run, depth: number): void => {
      reached.add(orderOf(run).phase);
      if (depth === 0) return;
      for (const told of Object.values(MESSAGES)) {
        const next: Run = { state: new Map(run.state), sent: [], steps: [] };
        try {
          tell(next, told);
        } catch {
          continue;
        }
        visit(next, depth - 1);
      }
    };
    visit(start(paid), 4);
    visit(start(unpaid), 3);
    expect([...reached].sort()).toEqual([...PHASES].sort());
  });

  test('has a message for every fact', () => {
    const facts = new Set<string>([...Object.values(FACT_OF), 'payment_requested']);
    expect([...facts].sort()).toEqual([...FACTS].sort());
  });

  test('never leaves a settled end, whatever comes', () => {
    for (const phase of ['fulfilled', 'rejected', 'cancelled'] as const) {
      for (const cell of Object.values(SAGA[phase])) expect(cell).not.toHaveProperty('to');
    }
  });
});
