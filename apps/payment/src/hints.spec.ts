import {
  absent,
  cancel,
  charge,
  declined,
  expired,
  hint,
  ok,
  outcome,
  refund,
  refunded,
  refundId,
  unknown,
  World,
} from '../test/world.js';

it('makes a payment whose outcome is not known ask the provider, and nothing else', () => {
  const world = new World().tell(charge(), unknown('capture'));
  const { steps } = world;
  world.pending = [];
  world.tell(hint());
  expect([world.status, world.calls]).toEqual(['unknown', ['look capture']]);
  expect(steps.at(-1)).toMatchObject({ from: 'unknown', to: 'unknown', detail: { event: 'msg_1' } });
  world.tell(ok('capture'));
  expect(world.status).toBe('captured');
});

it('leaves a charge alone whose call is in hand', () => {
  const world = new World().tell(charge(), hint());
  expect([world.calls, world.payment?.version]).toEqual([['call capture'], 1]);
});

it('says nothing to a payment that is settled, and none to one that is not ours', () => {
  const world = new World().tell(hint());
  expect(world.payment).toBeUndefined();
  world.tell(charge(), ok('capture'));
  world.pending = [];
  world.tell(hint(), hint());
  expect([world.calls, world.payment?.version]).toEqual([[], 2]);
});

it('is asked again at its time when the provider has not heard of the payment', () => {
  const world = new World().tell(charge(), unknown('capture'), hint(), absent('capture'));
  expect([world.status, world.payment?.nextAttemptAt !== null]).toEqual(['unknown', true]);
});

describe('a hint about a payment that was cancelled and that the provider had never heard of', () => {
  const gone = (how: 'automatic' | 'manual') => {
    const world = new World().tell(charge({ capture: how }), unknown(operation[how]), cancel());
    world.now += 60_000;
    return world.due().tell(absent(operation[how]));
  };
  const operation = { automatic: 'capture', manual: 'authorize' } as const;

  it.each(['automatic', 'manual'] as const)('makes it ask, and give back what it finds: %s', (how) => {
    const world = gone(how);
    expect([world.status, world.facts]).toEqual(['declined', ['payment.declined.v1']]);
    world.pending = [];
    world.tell(hint());
    expect([world.calls, world.payment?.nextAttemptAt]).toEqual([[`look ${operation[how]}`], null]);
    world.tell(ok(operation[how]));
    expect(world.calls.at(-1)).toBe(how === 'automatic' ? 'call refund' : 'call void');
  });

  it('changes nothing when there is still nothing', () => {
    const world = gone('automatic').tell(hint());
    const { version } = world.payment ?? {};
    expect(world.tell(absent('capture'), unknown('capture')).payment).toMatchObject({
      status: 'declined',
      version,
    });
  });

  it.each([
    ['declined', [declined('capture')]],
    ['declined after a cancel', [cancel(), declined('capture')]],
    [
      'declined in the word that we have for one that it has not',
      [cancel(), declined('capture', 'cancelled')],
    ],
    ['let go of after a cancel', [cancel(), expired('capture')]],
  ])('is not for one that the provider has heard of: %s', (_, told) => {
    const world = new World().tell(charge(), ...told);
    world.pending = [];
    expect([world.status, world.tell(hint()).calls]).toEqual(['declined', []]);
  });
});

describe('a hint about a refund', () => {
  const begun = () => new World().tell(charge(), ok('capture'), refund(1, 500));
  const about = hint(refundId(1));
  const failed = outcome({ operation: 'refund' }, { outcome: 'declined', code: 'lost' }, refundId(1));

  it('makes one ask whose outcome is not known', () => {
    const world = begun().tell(
      outcome({ operation: 'refund' }, { outcome: 'unknown', reason: '' }, refundId(1)),
    );
    world.pending = [];
    expect(world.tell(about).calls).toEqual(['look refund']);
    expect(world.refunds[0]).toMatchObject({ status: 'unknown', nextAttemptAt: expect.any(String) });
    expect(world.tell(refunded(1, 500)).refunds[0]?.status).toBe('succeeded');
  });

  it('is not needed by one whose call is in hand, nor by what is not ours', () => {
    const world = begun();
    const told = world.tell(about, hint(refundId(2)));
    expect([told.calls, told.refunds.map(({ version }) => version)]).toEqual([
      ['call capture', 'call refund'],
      [1],
    ]);
  });

  it.each([
    ['captured', begun().tell(refunded(1, 500))],
    ['refunding', begun().tell(refunded(1, 500), cancel())],
    ['refunded', begun().tell(refunded(1, 500), cancel(), ok('refund', 1_499))],
  ])('that has succeeded, and failed after all, halts its payment once: %s', (status, world) => {
    expect(world.status).toBe(status);
    world.pending = [];
    expect(world.tell(about).calls).toEqual(['look refund']);
    const { refundedAmount } = world.payment ?? {};
    world.tell(failed, failed);
    expect([world.status, world.alerts.length]).toEqual(['halted', 1]);
    // The books stay: a person finds out where the money is.
    expect(world.payment?.refundedAmount).toBe(refundedAmount);
    expect(world.refunds[0]).toMatchObject({ status: 'succeeded', nextAttemptAt: null });
  });

  it('that has succeeded, and still has, changes nothing', () => {
    const world = begun().tell(refunded(1, 500), about);
    const { version } = world.payment ?? {};
    expect(world.tell(refunded(1, 500)).payment).toMatchObject({ status: 'captured', version });
  });
});
