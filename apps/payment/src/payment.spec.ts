import {
  absent,
  cancel,
  charge,
  declined,
  ORD,
  ok,
  outcome,
  PAY,
  START,
  unknown,
  World,
} from '../test/world.js';
import { type PaymentMessage } from './messages.js';
import { awaited, cellOf, FACTS, publicStatus, STATUSES, STEPS, type Status, viewOf } from './payment.js';

const manual = () => charge({ capture: 'manual' });
const world = (...told: PaymentMessage[]) => new World().tell(...told);
const transfers = ({ rows }: World) =>
  rows.flatMap((row) => (row.kind === 'transfer' ? [row.operation] : []));

describe('the table', () => {
  it('has a cell for every fact in every status', () => {
    for (const status of STATUSES) expect(STEPS[status]).toHaveLength(FACTS.length);
  });

  it('reaches every status from a charge or a cancel', () => {
    const seen = new Set<Status>(['requested', 'declined']);
    for (const status of seen) {
      for (const fact of FACTS) {
        const cell = cellOf(status, fact);
        if (cell !== '_' && cell !== '!' && cell !== 'X') seen.add(cell);
      }
    }
    expect([...seen].sort()).toEqual([...STATUSES].sort());
  });

  it('halts what a refund was given back of when the bank sends it back, and only that', () => {
    const halts = STATUSES.filter((status) => cellOf(status, 'bounced') === 'halted');
    expect(halts).toEqual(['captured', 'refunding', 'refunded']);
  });

  it('halts what only waits for its refunds when one of them is not given, and leaves the rest of what is captured alone', () => {
    const halts = STATUSES.filter((status) => cellOf(status, 'withheld') === 'halted');
    expect([halts, cellOf('captured', 'withheld')]).toEqual([['refunding'], '_']);
  });

  it('leads only to itself or to later statuses', () => {
    for (const [rank, status] of STATUSES.entries()) {
      for (const fact of FACTS) {
        const cell = cellOf(status, fact);
        if (cell === '_' || cell === '!' || cell === 'X') continue;
        expect(STATUSES.indexOf(cell)).toBeGreaterThanOrEqual(rank);
      }
    }
  });

  it('leaves every status that waits for the provider when the provider says what happened', () => {
    const terms = { amount: 1, currency: 'EUR', method: 'tok_visa', capture: 'automatic' } as const;
    for (const status of STATUSES) {
      const operation = awaited({ status, terms });
      if (!operation) continue;
      const says = operation === 'capture' ? 'captured' : 'voided';
      expect(['_', 'X', status]).not.toContain(cellOf(status, says));
    }
  });
});

it('says of a call that is looked for after a cancel when it was begun at the latest', () => {
  const lost = world(charge(), unknown('capture'), cancel());
  lost.now += 30_000;
  lost.due();
  expect(lost.calls.at(-1)).toBe('look capture');
  expect(lost.pending.at(-1)?.effect.call.begunBefore).toBe(new Date(START).toISOString());
});

describe('a charge', () => {
  it('saves its intent, and then calls the provider', () => {
    const { status, calls, facts, payment } = world(charge());
    expect([status, calls, facts]).toEqual(['requested', ['call capture'], []]);
    expect(payment?.nextAttemptAt).toBe(new Date(START + 6_000).toISOString());
  });

  it('is captured, posted and told', () => {
    const done = world(charge(), ok('capture'));
    expect([done.status, done.facts]).toEqual(['captured', ['payment.captured.v1']]);
    expect(transfers(done)).toEqual(['capture']);
    expect(done.payment).toMatchObject({
      capturedAmount: 1_999,
      authorizedAmount: 1_999,
      nextAttemptAt: null,
    });
  });

  it('that is manual is only authorized, and posts nothing', () => {
    const done = world(manual(), ok('authorize'));
    expect([done.status, done.facts]).toEqual(['authorized', ['payment.authorized.v1']]);
    expect(transfers(done)).toEqual([]);
    expect(done.payment).toMatchObject({ capturedAmount: 0, authorizedAmount: 1_999 });
  });

  it('is declined with the code of the provider', () => {
    const done = world(charge(), declined('capture', 'insufficient_funds'));
    expect([done.status, done.facts]).toEqual(['declined', ['payment.declined.v1']]);
    expect(done.payment?.declineCode).toBe('insufficient_funds');
  });

  it('that is repeated changes nothing and says nothing', () => {
    const done = world(charge(), charge(), ok('capture'), charge(), charge());
    expect([done.facts, done.pending.length, done.payment?.version]).toEqual([['payment.captured.v1'], 1, 2]);
  });

  it('that comes again for another amount or order is a defect', () => {
    const other = { amount: { amount: 2_000, currency: 'EUR' } };
    expect(() => world(charge(), charge(other))).toThrow('charged again');
    expect(() => world(charge(), charge({ orderId: ORD.replace('aa', 'bb') }))).toThrow('charged again');
  });
});

describe('a payment whose outcome is not known', () => {
  it('is neither failed nor told', () => {
    const doubtful = world(charge(), unknown('capture'));
    expect([doubtful.status, doubtful.facts, doubtful.calls]).toEqual(['unknown', [], ['call capture']]);
    expect(doubtful.payment?.nextAttemptAt).toBe(new Date(START + 1_000).toISOString());
  });

  it('is asked for with pauses that double, up to a minute', () => {
    const doubtful = world(charge(), unknown('capture'));
    const pauses = Array.from({ length: 8 }, () => {
      doubtful.due().tell(unknown('capture'));
      return (Date.parse(doubtful.payment?.nextAttemptAt ?? '') - START) / 1_000;
    });
    expect(pauses).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('settles to what the provider says', () => {
    expect(world(charge(), unknown('capture')).due().calls).toContain('settle capture');
    expect(world(charge(), unknown('capture')).due().tell(ok('capture')).status).toBe('captured');
  });

  it('is asked for once, if two replicas find it at the same version', () => {
    const doubtful = world(charge(), unknown('capture'));
    const { version } = doubtful.payment ?? {};
    expect(doubtful.due(version).due(version).calls).toEqual(['call capture', 'settle capture']);
  });

  it('is also one that a crash has left between intent and call', () => {
    expect(world(charge()).due().calls).toContain('settle capture');
  });
});

describe('a cancel', () => {
  it('gives back what was captured, once', () => {
    const done = world(charge(), ok('capture'), cancel(), cancel());
    expect([done.status, done.calls.at(-1)]).toEqual(['refunding', 'call refund']);
    done.tell(ok('refund'), ok('refund'), cancel());
    expect([done.status, done.facts.at(-1), transfers(done)]).toEqual([
      'refunded',
      'payment.refunded.v1',
      ['capture', 'refund'],
    ]);
    expect(done.payment).toMatchObject({ capturedAmount: 1_999, refundedAmount: 1_999 });
    expect(publicStatus('refunded')).toBe('captured');
  });

  it('voids what was authorized', () => {
    const done = world(manual(), ok('authorize'), cancel(), ok('void'));
    expect([done.status, done.facts, transfers(done)]).toEqual([
      'voided',
      ['payment.authorized.v1', 'payment.voided.v1'],
      [],
    ]);
  });

  it('that comes while the outcome is unknown is carried out when it is known', () => {
    const begun = () => world(charge(), unknown('capture'), cancel());
    expect(begun().tell(ok('capture')).calls.at(-1)).toBe('call refund');
    expect(begun().tell(ok('capture'), ok('refund')).facts).toEqual([
      'payment.refund_succeeded.v1',
      'payment.refunded.v1',
    ]);
    expect(begun().tell(declined('capture')).facts).toEqual(['payment.declined.v1']);
    expect(world(manual(), cancel(), ok('authorize')).calls.at(-1)).toBe('call void');
  });

  it('looks for the outcome without taking money any more', () => {
    expect(world(charge(), unknown('capture'), cancel()).due().calls.at(-1)).toBe('look capture');
  });

  it('believes only after a quarantine that the provider has never heard of the charge', () => {
    const waiting = world(charge(), unknown('capture'), cancel()).tell(absent('capture'));
    expect(waiting.status).toBe('cancelling');
    waiting.now += 60_000;
    waiting.tell(absent('capture'));
    expect([waiting.status, waiting.payment?.declineCode]).toEqual(['declined', 'cancelled']);
    expect(waiting.tell(ok('capture')).calls.at(-1)).toBe('call refund');
  });

  it('is settled the moment the quarantine is over, however long the pauses have become', () => {
    const waiting = world(charge(), unknown('capture'), cancel()).tell(absent('capture'));
    while (waiting.status === 'cancelling') {
      waiting.now = Date.parse(waiting.payment?.nextAttemptAt ?? '');
      waiting.due().tell(absent('capture'));
    }
    expect([waiting.status, waiting.now]).toEqual(['declined', START + 60_000]);
  });

  it('that comes before the charge keeps it from the provider', () => {
    const done = world(cancel(), charge(), charge());
    expect([done.status, done.calls, done.facts]).toEqual(['declined', [], []]);
    expect(done.payment).toMatchObject({ declineCode: 'cancelled', terms: { amount: 1_999 }, version: 2 });
    expect(viewOf(done.payment as never)).toMatchObject({ status: 'declined', declineCode: 'cancelled' });
  });

  it('of a declined payment has nothing to do', () => {
    expect(world(charge(), declined('capture'), cancel()).calls).toEqual(['call capture']);
  });
});

describe('a payment is halted, and a person called', () => {
  const other = (more: object) =>
    outcome(
      { operation: 'capture' },
      { outcome: 'ok', chargeId: 'ch_1', amount: 1_999, currency: 'EUR', ...more },
    );

  it.each([
    ['another amount', { amount: 1_998 }],
    ['another currency', { currency: 'USD' }],
  ])('when the provider took %s', (_, more) => {
    const stuck = world(charge(), other(more));
    expect([stuck.status, stuck.facts, stuck.alerts.length]).toEqual(['halted', [], 1]);
    expect(stuck.tell(cancel(), ok('capture')).status).toBe('halted');
  });

  it.each([
    ['that is captured', []],
    ['that has gone back', [cancel(), ok('refund')]],
  ])('when the provider names another amount for one %s', (_, told) => {
    const stuck = world(charge(), ok('capture'), ...told, ok('capture', 1_900));
    expect([stuck.status, stuck.alerts.length]).toEqual(['halted', 1]);
    expect(transfers(stuck)[0]).toBe('capture');
    expect(stuck.tell(ok('capture', 1_900)).alerts).toHaveLength(1);
  });

  it('when the provider refuses to give money back', () => {
    const stuck = world(charge(), ok('capture'), cancel(), declined('refund'));
    expect([stuck.status, stuck.alerts.length]).toEqual(['halted', 1]);
  });
});

it('refuses what cannot be', () => {
  expect(() => world(charge(), ok('void', 0))).toThrow('which is requested');
  expect(() => world(charge(), ok('refund'))).toThrow('a refund that does not exist');
  expect(() => world(ok('capture'))).toThrow(`does not exist: ${PAY}`);
});

it('keeps a version of every change, and never the method', () => {
  const { steps } = world(charge(), unknown('capture')).due().tell(ok('capture'));
  expect(steps.map(({ version, from, to }) => [version, from, to])).toEqual([
    [1, null, 'requested'],
    [2, 'requested', 'unknown'],
    [3, 'unknown', 'unknown'],
    [4, 'unknown', 'captured'],
  ]);
  expect(JSON.stringify(steps)).not.toContain('tok_');
});
