import {
  absent,
  cancel,
  capture,
  charge,
  collect,
  declined,
  ok,
  release,
  TIMING,
  unknown,
  World,
} from '../test/world.js';
import { paymentRules } from './decide.js';
import { type PaymentMessage } from './messages.js';

/** Authorized, and then told. */
const authorized = (...told: PaymentMessage[]) =>
  new World().tell(charge({ capture: 'manual' }), ok('authorize'), ...told);

const moved = ({ rows }: World) =>
  rows.flatMap((row) => (row.kind === 'transfer' ? [`${row.journal} ${row.amount}`] : []));

describe('a manual capture', () => {
  it('saves its intent before the provider is called, with another key than the authorization', () => {
    const asked = authorized(capture());
    expect([asked.status, asked.answers]).toMatchObject([
      'capturing',
      [{ status: 'authorized', capturedAmount: 0 }],
    ]);
    const [authorize, take] = asked.pending.map(({ effect }) => effect.call);
    expect(take).toMatchObject({ operation: 'capture', amount: 1_999, chargeId: 'ch_1' });
    expect(take?.key).not.toBe(authorize?.key);
    expect(asked.payment?.nextAttemptAt).not.toBeNull();
  });

  it('takes all of it, posts and tells it', () => {
    const done = authorized(capture(), ok('capture'));
    expect([done.status, done.facts, moved(done)]).toEqual([
      'captured',
      ['payment.authorized.v1', 'payment.captured.v1'],
      ['capture 1999'],
    ]);
    expect(done.payment).toMatchObject({ capturingAmount: 0, capturedAmount: 1_999, nextAttemptAt: null });
  });

  it('takes a part of it, once', () => {
    const done = authorized(capture(500), ok('capture', 500));
    expect([done.status, moved(done)]).toEqual(['captured', ['capture 500']]);
    expect(done.tell(capture(600), capture()).refusals).toEqual(Array(2).fill('payment-not-capturable'));
    expect(done.payment).toMatchObject({ authorizedAmount: 1_999, capturedAmount: 500 });
  });

  it('that is repeated changes nothing, before and after its outcome', () => {
    const asked = authorized(capture(500), capture(500), ok('capture', 500), capture(500));
    expect([asked.refusals, asked.payment?.version]).toEqual([[], 4]);
    expect(asked.calls).toEqual(['call authorize', 'call capture']);
    expect(asked.answers.at(-1)).toMatchObject({ status: 'captured', capturedAmount: 500 });
  });

  it('whose outcome is not known is asked for again', () => {
    const doubtful = authorized(capture(500), unknown('capture')).due();
    expect([doubtful.status, doubtful.calls.at(-1)]).toEqual(['capturing', 'settle capture']);
    expect(doubtful.tell(ok('capture', 500)).status).toBe('captured');
  });

  it('of more than is authorized, or in another currency, is refused by name', () => {
    expect(authorized(capture(2_000)).refusals).toEqual(['payment-not-capturable']);
    const dollars = { request: { amount: { amount: 500, currency: 'USD' } } };
    expect(authorized(capture(500, dollars)).refusals).toEqual(['validation-failed']);
  });

  it('halts the payment when another amount was taken, or when it is refused', () => {
    for (const said of [ok('capture', 501), declined('capture')]) {
      const stuck = authorized(capture(500), said);
      expect([stuck.status, stuck.alerts.length, moved(stuck)]).toEqual(['halted', 1, []]);
    }
  });
});

describe('a cancel that overtakes a capture', () => {
  it('gives back what the capture took', () => {
    const late = authorized(capture(500), cancel());
    expect([late.status, late.calls.at(-1)]).toEqual(['recalling', 'call capture']);
    late.tell(ok('capture', 500), ok('refund', 500));
    expect([late.status, moved(late)]).toEqual(['refunded', ['capture 500', `${late.refunds[0]?.id} 500`]]);
    expect(late.facts).toEqual([
      'payment.authorized.v1',
      'payment.captured.v1',
      'payment.refund_succeeded.v1',
      'payment.refunded.v1',
    ]);
  });

  it('tells what the capture did not take, for that goes back too', () => {
    const { states, now } = authorized(capture(500), cancel());
    const { send } = paymentRules(TIMING).decide(states, ok('capture', 500), new Date(now));
    expect(send).toMatchObject([{ data: { amount: { amount: 500 }, released: { amount: 1_499 } } }]);
  });

  it('voids when the capture is refused, or was never heard of and no longer can be', () => {
    expect(authorized(capture(), cancel(), declined('capture')).calls.at(-1)).toBe('call void');
    const lost = authorized(capture(), cancel()).due();
    expect(lost.calls.at(-1)).toBe('look capture');
    expect(lost.tell(absent('capture')).status).toBe('recalling');
    lost.now += 60_000;
    lost.tell(absent('capture'), ok('void'));
    expect([lost.status, lost.payment?.declineCode, moved(lost)]).toEqual(['voided', null, []]);
  });
});

describe('a payment whose order ships', () => {
  it('is captured, all of it and once', () => {
    const done = authorized(collect(), collect(), ok('capture'), collect());
    expect([done.status, moved(done)]).toEqual(['captured', ['capture 1999']]);
    expect(done.calls).toEqual(['call authorize', 'call capture']);
  });

  it('stays as it is when a client has captured, or voided, before', () => {
    expect(moved(authorized(capture(500), ok('capture', 500), collect()))).toEqual(['capture 500']);
    const voided = authorized(release(), collect(), ok('void'), collect());
    expect([voided.status, voided.refusals, moved(voided)]).toEqual(['voided', [], []]);
  });
});

describe('a void by a client', () => {
  it('lets go of what was authorized, once, and tells it', () => {
    const done = authorized(release(), release(), ok('void'), release());
    expect([done.status, done.facts.at(-1), done.refusals]).toEqual(['voided', 'payment.voided.v1', []]);
    expect(done.calls).toEqual(['call authorize', 'call void']);
  });

  it('makes a capture impossible, and the other way round', () => {
    expect(authorized(release(), capture()).refusals).toEqual(['payment-not-capturable']);
    expect(authorized(capture(), release()).refusals).toEqual(['payment-not-voidable']);
    expect(authorized(capture(), ok('capture'), release()).refusals).toEqual(['payment-not-voidable']);
  });
});

it.each([
  ['is not known here', new World()],
  ['was cancelled before it was asked for', new World().tell(cancel())],
])('knows no payment that %s', (_, nowhere) => {
  expect(nowhere.tell(capture(), release()).refusals).toEqual(Array(2).fill('payment-not-found'));
});

it('neither captures nor voids what is taken automatically, or not authorized yet', () => {
  const automatic = new World().tell(charge(), ok('capture'), capture(), release());
  expect(automatic.refusals).toEqual(['payment-not-capturable', 'payment-not-voidable']);
  const early = new World().tell(charge({ capture: 'manual' }), capture(), release());
  expect(early.refusals).toEqual(['payment-not-capturable', 'payment-not-voidable']);
});

it('captures and voids only the version that the client has seen', () => {
  const stale = { expectedVersion: 1 };
  const asked = authorized(capture(undefined, stale), release(stale));
  expect([asked.refusals, asked.status]).toEqual([Array(2).fill('version-mismatch'), 'authorized']);
  expect(authorized(capture(undefined, { expectedVersion: 2 })).status).toBe('capturing');
});
