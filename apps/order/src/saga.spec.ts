import * as fc from 'fast-check';
import { type Outgoing, type PaymentRequest } from '#contracts';
import { type Decision } from '#loop';
import { orderRules } from './decide.js';
import { FACT_OF, type FactMessage, type OrderMessage } from './messages.js';
import { type Order, type OrderState, PHASES, type Phase, type Step } from './order.js';
import { FACTS, SAGA } from './saga.js';

const ORDER = 'ord_00000000000000000000000001';
const FIRST = 'pay_00000000000000000000000001';
const SECOND = 'pay_00000000000000000000000002';
const NOW = new Date('2026-01-01T00:00:00.000Z');
const HOLD_ENDS = '2026-01-01T00:15:00.000Z';
const AFTER_HOLD = new Date('2026-01-01T00:16:00.000Z');

const rules = orderRules({ sagaTimeoutMs: 300_000 });
const price = { amount: 250, currency: 'EUR' };
const envelope = {
  id: 'msg_1.0',
  causationId: null,
  source: 'test',
  trace: { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, requestId: 'req_1' },
  attempt: 1,
  replyTo: 'gateway-1',
} as const;

const message = (type: OrderMessage['type'], data: object): OrderMessage =>
  ({ ...envelope, type, data: { orderId: ORDER, ...data } }) as OrderMessage;

const placement = (payment?: PaymentRequest, request: object = {}): OrderMessage =>
  message('order.place.v1', {
    paymentId: FIRST,
    notify: true,
    idempotency: { key: 'k1', fingerprint: 'f1' },
    request: {
      customerId: 'cus_1',
      currency: 'EUR',
      lines: [{ sku: 'TEA', quantity: 2 }],
      ...(payment && { payment }),
      ...request,
    },
  });

const payment = (paymentId: string): object => ({ paymentId, amount: { amount: 500, currency: 'EUR' } });
const MESSAGES = {
  reserved: message('stock.reserved.v1', {
    lines: [{ sku: 'TEA', name: 'Sencha', quantity: 2, unitPrice: price }],
    expiresAt: HOLD_ENDS,
  }),
  shortage: message('stock.rejected.v1', {
    code: 'out_of_stock',
    items: [{ sku: 'TEA', requested: 2, available: 1 }],
  }),
  expired: message('stock.expired.v1', {}),
  commitRefused: message('stock.commit_refused.v1', {}),
  captured: message('payment.captured.v1', payment(FIRST)),
  authorized: message('payment.authorized.v1', payment(FIRST)),
  declined: message('payment.declined.v1', { paymentId: FIRST, code: 'card_declined' }),
  refunded: message('payment.refunded.v1', { paymentId: FIRST }),
  voided: message('payment.voided.v1', { paymentId: FIRST }),
  secondCaptured: message('payment.captured.v1', payment(SECOND)),
  secondDeclined: message('payment.declined.v1', { paymentId: SECOND, code: 'card_declined' }),
  pay: message('order.pay.v1', {
    paymentId: SECOND,
    notify: true,
    idempotency: { key: 'k2', fingerprint: 'f2' },
    payment: { method: 'tok_visa' },
  }),
  deadline: message('order.deadline_passed', {}),
  cancel: message('order.cancel.v1', {}),
} satisfies Record<string, OrderMessage>;

type Name = keyof typeof MESSAGES;

interface Run {
  readonly state: Map<string, OrderState>;
  readonly sent: Outgoing[];
  readonly steps: Step[];
}

/** Throws when a message is refused or impossible. */
function tell(run: Run, told: OrderMessage, now = NOW): Decision<OrderState, Step> {
  const decision = rules.decide(run.state, told, now);
  for (const [key, next] of decision.put ?? []) run.state.set(key, next);
  run.sent.push(...(decision.send ?? []));
  run.steps.push(...(decision.append ?? []));
  return decision;
}

function start(first: OrderMessage = placement({ method: 'tok_visa' })): Run {
  const run: Run = { state: new Map(), sent: [], steps: [] };
  tell(run, first);
  return run;
}

const orderOf = (run: Run): Order => run.state.get(ORDER) as Order;
const names = (run: Run): string[] => run.sent.map(({ contract }) => contract.name);

function having(first: OrderMessage, ...told: Name[]): Run {
  const run = start(first);
  for (const name of told) tell(run, MESSAGES[name]);
  return run;
}

const paid = placement({ method: 'tok_visa' });
const unpaid = placement();

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
    visit(start(paid), 3);
    visit(start(unpaid), 3);
    expect([...reached].sort()).toEqual([...PHASES].sort());
  });

  test('has a message for every fact', () => {
    const facts = new Set<string>([...Object.values(FACT_OF), 'payment_requested']);
    expect([...facts].sort()).toEqual([...FACTS].sort());
  });

  test('never leaves a settled end, whatever comes', () => {
    for (const phase of ['rejected', 'cancelled'] as const) {
      for (const cell of Object.values(SAGA[phase])) expect(cell).not.toHaveProperty('to');
    }
  });
});

/** What stock and payment can really tell, in any order and any number of times. */
const anyHistory = fc.array(fc.constantFrom(...(Object.keys(MESSAGES) as Name[])), { maxLength: 12 });
const anyTime = fc.constantFrom(NOW, AFTER_HOLD);

describe('every order of facts', () => {
  test('keeps versions, history and totals together', () => {
    fc.assert(
      fc.property(fc.constantFrom(paid, unpaid), anyHistory, anyTime, (first, told, now) => {
        const run = start(first);
        for (const name of told) tellIfPossible(run, MESSAGES[name], now);
        const order = orderOf(run);
        expect(run.steps.map(({ version }) => version)).toEqual(run.steps.map((_, i) => i + 1));
        expect(run.steps.at(-1)).toMatchObject({ to: order.phase, version: order.version });
        if (order.totalAmount !== null) expect(order.totalAmount).toBe(500);
        expect(order.deadlineAt === null).toBe(['confirmed', 'rejected', 'cancelled'].includes(order.phase));
      }),
    );
  });

  test('changes nothing when a message comes again', () => {
    fc.assert(
      fc.property(fc.constantFrom(paid, unpaid), anyHistory, (first, told) => {
        const run = start(first);
        for (const name of told) {
          if (!tellIfPossible(run, MESSAGES[name])) continue;
          const before = orderOf(run);
          if (name === 'deadline' || name === 'pay') continue;
          tellIfPossible(run, MESSAGES[name]);
          expect(orderOf(run)).toEqual(before);
        }
      }),
    );
  });

  test('ends without money or stock kept once everything was told', () => {
    fc.assert(
      fc.property(anyHistory, (told) => {
        const run = start(paid);
        for (const name of told) tellIfPossible(run, MESSAGES[name], AFTER_HOLD);
        for (const name of ['deadline', 'deadline'] as const) tellIfPossible(run, MESSAGES[name], AFTER_HOLD);
        const { phase } = orderOf(run);
        expect(['confirmed', 'rejected', 'cancelled']).toContain(phase);
        if (phase === 'cancelled' && names(run).includes('payment.charge.v1')) {
          const declined = told.includes('declined') || told.includes('secondDeclined');
          expect(declined || names(run).includes('payment.cancel.v1')).toBe(true);
        }
        if (
          phase === 'cancelled' &&
          !(names(run).includes('stock.commit.v1') && told.includes('commitRefused'))
        ) {
          expect(names(run).lastIndexOf('stock.release.v1')).toBeGreaterThan(
            names(run).indexOf('stock.commit.v1'),
          );
        }
      }),
    );
  });
});

/** False when the rules refuse it or call it impossible: then nothing may have changed. */
function tellIfPossible(run: Run, told: OrderMessage | FactMessage, now = NOW): boolean {
  const before = orderOf(run);
  try {
    tell(run, told, now);
    return true;
  } catch {
    expect(orderOf(run)).toBe(before);
    return false;
  }
}
