import { absent, charge, hint, ok, unknown, World } from '../test/world.js';

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
