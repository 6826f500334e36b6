import {
  ACTION_ENDS,
  action,
  cancel,
  capture,
  charge,
  declined,
  ended,
  expired,
  hint,
  ok,
  release,
  START,
  unknown,
  World,
} from '../test/world.js';
import { type PaymentMessage } from './messages.js';
import { viewOf } from './payment.js';

const manual = () => charge({ capture: 'manual' });
const world = (...told: readonly PaymentMessage[]) => new World().tell(...told);

describe('a payment that needs its customer', () => {
  const waiting = () => world(charge(), action('capture'));

  it('says where she is needed and until when, and tells its order once', () => {
    const { status, facts, payment } = waiting().tell(action('capture'));
    expect([status, facts]).toEqual(['requires_action', ['payment.action_required.v1']]);
    expect(viewOf(payment as never)).toMatchObject({
      status: 'requires_action',
      nextAction: { type: 'redirect', url: 'http://127.0.0.1/step' },
      expiresAt: ACTION_ENDS,
    });
  });

  it('is looked at patiently, at the latest when her time is over, and never charged again', () => {
    const pauses: number[] = [];
    const patient = waiting();
    while (patient.payment?.nextAttemptAt !== ACTION_ENDS && pauses.length < 20) {
      const at = Date.parse(patient.payment?.nextAttemptAt ?? '');
      pauses.push((at - patient.now) / 1_000);
      patient.now = at;
      patient.due().tell(action('capture'));
    }
    expect(pauses).toEqual([16, 32, 60, 60, 60]);
    expect(new Set(patient.calls.slice(1))).toEqual(new Set(['look capture']));
  });

  it('goes on as any other when it is known what she has done, and forgets the page', () => {
    for (const [word, status] of [
      [ok('capture'), 'captured'],
      [declined('capture'), 'declined'],
    ] as const) {
      const done = waiting().tell(word);
      expect([done.status, done.payment?.actionUrl, done.payment?.expiresAt]).toEqual([status, null, null]);
    }
  });

  it('can be neither captured nor voided by a client', () => {
    expect(world(manual(), action('authorize'), capture(), release()).refusals).toEqual([
      'payment-not-capturable',
      'payment-not-voidable',
    ]);
  });

  it('is called off by a cancel, at once and as often as it takes', () => {
    const cancelled = waiting().tell(cancel());
    expect([cancelled.status, cancelled.calls.at(-1)]).toEqual(['cancelling', 'abandon capture']);
    cancelled.tell(unknown('capture')).due();
    expect(cancelled.calls.at(-1)).toBe('abandon capture');
    expect(cancelled.tell(declined('capture', 'called_off')).facts.at(-1)).toBe('payment.declined.v1');
    expect(waiting().tell(cancel(), ok('capture')).calls.at(-1)).toBe('call refund');
    expect(world(manual(), action('authorize'), cancel(), ok('authorize')).calls.at(-1)).toBe('call void');
  });

  it('is called off too when the cancel was faster than the news that she is needed', () => {
    expect(world(charge(), cancel(), action('capture')).due().calls.at(-1)).toBe('abandon capture');
  });
});

describe('an authorization', () => {
  const WEEK = 7 * 24 * 3_600_000;
  const authorized = () => world(manual(), ok('authorize'));

  it('stands for seven days unless the provider says until when', () => {
    expect(authorized().payment?.expiresAt).toBe(new Date(START + WEEK).toISOString());
  });

  it('ends when its time is over, and not before', () => {
    const one = authorized().tell(ended());
    expect(one.status).toBe('authorized');
    one.now += WEEK;
    one.tell(ended(), ended());
    expect([one.status, one.facts.at(-1), one.payment?.expiresAt]).toEqual([
      'expired',
      'payment.expired.v1',
      null,
    ]);
    expect(viewOf(one.payment as never).status).toBe('expired');
    expect(one.tell(capture(), release()).refusals).toEqual([
      'payment-not-capturable',
      'payment-not-voidable',
    ]);
  });

  it('that is being captured does not end by our clock, but may at the provider', () => {
    const one = authorized().tell(capture());
    one.now += WEEK;
    expect(one.tell(ended()).status).toBe('capturing');
    expect(one.tell(expired('capture')).payment).toMatchObject({ status: 'expired', capturingAmount: 0 });
    expect(one.alerts).toEqual([]);
  });

  it('that has ended before it was voided is not stuck', () => {
    const one = authorized().tell(cancel(), expired('void'));
    expect([one.status, one.alerts]).toEqual(['expired', []]);
  });

  it('that the provider has ended is over when somebody tells, though its time is not', () => {
    const one = authorized().tell(hint(), expired('authorize'));
    expect([one.status, one.facts.at(-1), one.alerts]).toEqual(['expired', 'payment.expired.v1', []]);
  });

  it('that a void of ours has ended is voided, whatever a look has found meanwhile', () => {
    const one = authorized().tell(hint(), release(), expired('authorize'));
    expect(one.status).toBe('voiding');
    expect(one.tell(ok('void'), expired('authorize')).status).toBe('voided');
  });

  it('that ended before we ever heard of it was never one', () => {
    const one = world(manual(), unknown('authorize'), expired('authorize'));
    expect(one.payment).toMatchObject({ status: 'declined', declineCode: 'authorization_expired' });
  });
});
