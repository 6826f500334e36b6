import { type Parcel, short, wordsOf } from './bus.js';
import { serviceOf } from './client.js';
import { dueTimes } from './due.js';
import { type Faults } from './plan.js';
import { type Fate, type Operation } from './ports.js';
import { type Process } from './process.js';
import { type Request, type Shopper } from './shopper.js';
import { type World } from './world.js';

/** One thing that could happen next. Its name says which one it is, in this world and in a shortened history of it. */
export interface Action {
  readonly name: () => string;
  readonly run: () => void;
}

export interface ActionKind {
  readonly name: string;
  /** How likely it is to be tried, compared with the others. */
  readonly weight: (faults: Faults) => number;
  readonly list: (world: World) => Action[];
}

/** What may happen by itself, without a fault. In milliseconds. */
const TICKS = [1, 50, 500, 1_500];
const about = ({ owner, kind, about: what }: Operation): string => `${owner.name} ${kind} ${short(what())}`;
const usual = (weight: number) => (): number => weight;

export const ACTIONS: readonly ActionKind[] = [
  {
    name: 'proceed',
    weight: usual(14),
    list: ({ ports }) => ready(ports.pending).map((one) => completing(ports, one, 'done')),
  },
  {
    name: 'deliver',
    weight: usual(8),
    list: (world) =>
      world.bus.due.flatMap((parcel) =>
        world.alive
          .filter(({ service }) => service === parcel.service)
          .map((process) => ({
            name: () => `${parcel.replyTo ? 'ask' : 'deliver'} ${wordsOf(parcel)} → ${process.name}`,
            run: () => {
              world.bus.take(parcel);
              process.receive(parcel);
            },
          })),
      ),
  },
  { name: 'client', weight: usual(2), list: asks },
  { name: 'repeat', weight: ({ client }) => client * 0.5, list: repeats },
  {
    name: 'work',
    weight: usual(0.7),
    list: works,
  },
  { name: 'tick', weight: usual(1), list: (world) => TICKS.map((ms) => passing(world, ms)) },
  {
    name: 'jump',
    weight: ({ jump }) => jump * 0.4,
    list: (world) => world.plan.jumps.map((ms) => passing(world, ms)),
  },
  {
    name: 'hint',
    weight: usual(1),
    list: (world) =>
      world.provider.hints.flatMap((hint) => {
        const name = (how: string) => () => `the provider tells${how} of ${short(hint.paymentId)}`;
        return [
          {
            name: name(''),
            run: () => {
              world.provider.hints.splice(world.provider.hints.indexOf(hint), 1);
              world.deliver(hint);
            },
          },
          { name: name(' early'), run: () => world.deliver(hint) },
        ];
      }),
  },
  {
    name: 'customer',
    weight: usual(1),
    list: ({ provider }) =>
      provider.undecided.flatMap((paymentId) =>
        (['approved', 'declined'] as const).map((decision) => ({
          name: () => `the customer has ${decision} ${short(paymentId)}`,
          run: () => provider.decide(paymentId, decision),
        })),
      ),
  },
  {
    name: 'stray',
    weight: usual(0.3),
    list: ({ provider }) =>
      provider.strays.map((stray) => ({
        name: () => `late ${short(stray.call.key)} arrives`,
        run: () => provider.arrive(stray),
      })),
  },
  fault('database fails', ({ database }) => database * 0.5, ['read', 'lock', 'save', 'commit', 'query']),
  fault('broker fails', ({ broker }) => broker * 0.6, ['publish']),
  fault('provider fails', ({ provider }) => provider * 2, ['call']),
  fault('answer is lost', ({ client }) => client * 0.3, ['answer']),
  {
    name: 'duplicate',
    weight: ({ broker }) => broker * 0.4,
    list: ({ bus }) =>
      told(bus.parcels).map((one) => ({
        name: () => `twice: ${wordsOf(one)}`,
        run: () => bus.duplicate(one),
      })),
  },
  {
    name: 'late duplicate',
    weight: ({ late }) => late * 0.4,
    list: ({ bus }) =>
      bus.sent.map((one) => ({ name: () => `again: ${wordsOf(one)}`, run: () => bus.duplicate(one) })),
  },
  {
    name: 'regroup',
    weight: ({ regroup }) => regroup * 3,
    list: ({ bus }) =>
      regroupings(told(bus.due)).map(({ parcels: [one, other], words }) => ({
        name: () => words,
        run: () => (other ? bus.merge(one, other) : bus.split(one)),
      })),
  },
  {
    name: 'connection is lost',
    weight: ({ broker }) => broker * 0.1,
    list: ({ alive }) => alive.filter(({ inHand }) => inHand.size > 0).map((process) => losing(process)),
  },
  {
    name: 'crash',
    weight: ({ crash }) => crash * 0.2,
    list: ({ alive }) =>
      alive.map((process) => ({ name: () => `${process.name} dies`, run: () => process.die() })),
  },
  {
    name: 'restart',
    weight: usual(1),
    list: (world) =>
      world.processes
        .filter(({ alive }) => !alive)
        .map((process) => ({
          name: () => `${process.name} starts again`,
          run: () => world.restart(process),
        })),
  },
];

/** Where a worker finds something to do; that it finds nothing changes nothing. */
function works({ alive, databases, clock }: World): Action[] {
  const due = dueTimes({ databases }).filter(({ at }) => at <= clock.ms);
  return alive.flatMap((process) => {
    const own = due.filter(({ service }) => service === process.service).map(({ worker }) => worker);
    const names = new Set([...own, 'clean', ...('events' in process.workers ? ['events'] : [])]);
    return [...names].map((worker) => ({
      name: () => `${process.name} looks: ${worker}`,
      run: () => process.work(worker),
    }));
  });
}

const ready = (pending: readonly Operation[]): Operation[] => pending.filter((one) => one.isReady());
/** Commands and events: questions are asked again by those who ask them. */
const told = (parcels: readonly Parcel[]): Parcel[] => parcels.filter(({ replyTo }) => replyTo === null);

function completing(ports: World['ports'], operation: Operation, fate: Fate): Action {
  const how = fate === 'done' ? '' : `: ${fate}`;
  return { name: () => `${about(operation)}${how}`, run: () => ports.complete(operation, fate) };
}

function fault(name: string, weight: ActionKind['weight'], kinds: readonly Operation['kind'][]): ActionKind {
  return {
    name,
    weight,
    list: ({ ports }) =>
      ready(ports.pending)
        .filter(({ kind }) => kinds.includes(kind))
        .flatMap((one) =>
          one.fates.filter((fate) => fate !== 'done').map((fate) => completing(ports, one, fate)),
        ),
  };
}

function passing(world: World, ms: number): Action {
  return {
    name: () => `${ms} ms pass`,
    run: () => {
      world.clock.moveTo(world.clock.ms + ms);
      world.provider.tick();
    },
  };
}

function losing(process: Process): Action {
  return { name: () => `${process.name} loses its connection`, run: () => process.loseConnection() };
}

function regroupings(
  parcels: readonly Parcel[],
): { readonly parcels: [Parcel, Parcel?]; readonly words: string }[] {
  const splits = parcels.filter(({ members }) => members.length > 1);
  const pairs = parcels.flatMap((one, i) =>
    parcels
      .slice(i + 1)
      .filter(({ queue, source }) => queue === one.queue && source === one.source)
      .map((other) => [one, other] as const),
  );
  return [
    ...splits.map((one) => ({ parcels: [one] as [Parcel], words: `apart: ${wordsOf(one)}` })),
    ...pairs.map(([one, other]) => ({
      parcels: [one, other] as [Parcel, Parcel],
      words: `together: ${wordsOf(one)} + ${wordsOf(other)}`,
    })),
  ];
}

function asks(world: World): Action[] {
  return world.clients.shoppers.flatMap((shopper) => {
    const [placement] = shopper.requests;
    if (placement?.tries === 0) return [asking(world, shopper, placement)];
    const state = shopper.orderId === undefined ? undefined : world.databases.order.rows.get(shopper.orderId);
    const order = state?.kind === 'order' ? state : undefined;
    return world.clients.wishes(shopper, order).map((kind) => ({
      name: () => `client: ${world.clients.nameOf(shopper, kind)}`,
      run: () => {
        if (order) asking(world, shopper, world.clients.wish(shopper, kind, order)).run();
      },
    }));
  });
}

/** The same request with the same key: its answer was lost, or comes too late for somebody without patience. */
function repeats(world: World): Action[] {
  return world.clients.shoppers.flatMap((shopper) =>
    shopper.requests.filter(({ tries }) => tries > 0 && tries < 9).map((one) => asking(world, shopper, one)),
  );
}

export function asking(world: World, shopper: Shopper, request: Request): Action {
  return {
    name: () => `client: ${request.name}${request.tries > 0 ? ', once more' : ''}`,
    run: () => world.bus.ask(serviceOf(request), world.clients.memberOf(shopper, request), 'client'),
  };
}
