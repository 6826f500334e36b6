import { asking } from './actions.js';
import { dueTimes } from './due.js';
import { type World } from './world.js';

/** More rounds than any history has needed: who gets here goes round in circles. */
const MAX_ROUNDS = 3_000;

/** Lets what is pending in this turn happen, down to the last promise. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * No more faults: what is dead starts again, all that is asked is done, all that was sent arrives, time passes as far as
 * the plan says. Everything must come to rest.
 */
export async function heal(world: World): Promise<void> {
  const { clock, processes } = world;
  for (const process of processes.filter(({ alive }) => !alive)) world.restart(process);
  const end = clock.ms + world.plan.horizonMs;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    world.look();
    if (world.broken.length > 0) return;
    if (!(await oneThing(world)) && !passTime(world, end)) return;
  }
  world.broken.push(`Q1 it does not come to rest within ${MAX_ROUNDS} rounds`);
}

/** The next thing that can happen now; false when there is none. */
async function oneThing(world: World): Promise<boolean> {
  const happened = happens(world);
  if (happened) await turn();
  if (happened) return true;
  for (const process of world.processes) process.work('clean');
  await turn();
  return world.ports.pending.length > 0;
}

function happens(world: World): boolean {
  const { ports, bus, provider, clients } = world;
  const [operation] = ports.pending.filter((one) => one.isReady());
  if (operation) {
    ports.complete(operation, 'done');
    return true;
  }
  const [parcel] = bus.due;
  if (parcel) {
    const taker = world.processes.find(({ service }) => service === parcel.service);
    bus.take(parcel);
    taker?.receive(parcel);
    return true;
  }
  const hint = provider.hints.shift();
  if (hint) world.deliver(hint);
  const [stray] = provider.strays;
  if (stray) provider.arrive(stray);
  const [waiting] = provider.undecided;
  // Half of the customers agree.
  if (waiting) provider.decide(waiting, Number(waiting.slice(-3)) % 2 === 0 ? 'approved' : 'declined');
  const shopper = clients.shoppers.find(
    ({ orderId, requests }) => orderId === undefined && (requests[0]?.tries ?? 0) > 0,
  );
  if (shopper?.requests[0]) asking(world, shopper, shopper.requests[0]).run();
  return [hint, stray, waiting, shopper].some((one) => one !== undefined) || work(world);
}

/** Workers that have something to do, each of one process of its service. */
function work(world: World): boolean {
  const due = dueTimes(world).filter(({ at }) => at <= world.clock.ms);
  for (const { service, worker } of due) world.processes.find((one) => one.service === service)?.work(worker);
  return due.length > 0;
}

function passTime(world: World, end: number): boolean {
  const { clock, provider, bus } = world;
  const times = [...dueTimes(world).map(({ at }) => at), ...bus.parcels.map(({ dueAt }) => dueAt)];
  const next = Math.min(...times.filter((at) => at > clock.ms));
  if (next > end) return false;
  clock.moveTo(next);
  provider.tick();
  return true;
}
