import { type ServiceName } from '#contracts';
import { wordsOf } from './bus.js';
import { dueTimes } from './due.js';
import { turn } from './heal.js';
import { type Kind } from './kinds.js';
import { type Plan, type PlannedPayment } from './plan.js';
import { type Operation } from './ports.js';
import { stateOf } from './state-key.js';
import { WISHES } from './wishes.js';
import { type Tampering, World } from './world.js';

/** How often what goes wrong may happen in one history. */
export interface Budget {
  readonly duplicates: number;
  readonly losses: number;
  readonly crashes: number;
}

export interface Path {
  readonly name: string;
  readonly onHand: number;
  readonly payment: PlannedPayment | null;
  /** What the client asks once, at any moment after it has its answer. */
  readonly ask?: Kind;
  /** Calls to the provider whose answer is lost, whether they were carried out or not. */
  readonly unknowns?: number;
}

const visa: PlannedPayment = { method: 'tok_visa', capture: 'automatic' };

export const PATHS: readonly Path[] = [
  { name: 'happy', onHand: 5, payment: visa },
  { name: 'no stock', onHand: 0, payment: visa },
  { name: 'declined', onHand: 5, payment: { method: 'tok_declined', capture: 'automatic' } },
  { name: 'unknown, then success', onHand: 5, payment: visa, unknowns: 1 },
  { name: 'cancelled', onHand: 5, payment: visa, ask: 'cancel' },
  { name: 'expired', onHand: 5, payment: null },
];

type Left = Budget & { readonly unknowns: number; readonly asks: number };

export interface Move {
  readonly name: string;
  readonly run: () => void;
  /** The service that it is about, and no other; undefined: about everything. */
  readonly at: ServiceName | undefined;
  /** What of that service it is about: its state, or one thing that it sends; undefined: about all of it. */
  readonly part?: string;
  /** Of what it leaves less. */
  readonly spends?: keyof Left;
  /** The service whose process dies right after what this leads to is committed. */
  readonly kills?: ServiceName;
}

/** Whether both lead to the same, whichever comes first, and neither stands in the way of the other. */
export function isIndependent(one: Move, other: Move): boolean {
  if (one.at === undefined || other.at === undefined) return false;
  if (one.spends !== undefined && one.spends === other.spends) return false;
  if (one.at !== other.at) return true;
  return one.part !== undefined && other.part !== undefined && one.part !== other.part;
}

/** One world, and what may still go wrong in it. */
export class Branch {
  readonly world: World;
  readonly left: { -readonly [kind in keyof Left]: number };

  constructor(
    private readonly path: Path,
    budget: Budget,
    tampering: Tampering,
  ) {
    this.world = new World(planFor(path), { tampering });
    this.left = { ...budget, unknowns: path.unknowns ?? 0, asks: path.ask ? 1 : 0 };
  }

  get key(): string {
    return `${stateOf(this.world)} ${JSON.stringify(this.left)}`;
  }

  /** Everything that can happen now. Time passes only when nothing else can. */
  moves(): Move[] {
    const moves = [...this.operations(), ...this.deliveries(), ...this.asks()];
    const distinct = new Map(moves.map((move) => [move.name, move]));
    const isIdle = [...distinct.keys()].every((name) => name.startsWith('fault'));
    return [...distinct.values(), ...(isIdle ? this.time() : [])];
  }

  /** Carries it out, and what the databases do because of it: each save is one step. */
  async take({ run, kills }: Move): Promise<void> {
    const { world } = this;
    run();
    world.provider.hints.splice(0);
    for (let again = true; again; ) {
      await turn();
      if (!world.ports.pending.some(isOfDatabase))
        for (const process of world.processes) process.work('clean');
      const [stored] = world.ports.pending.filter(isOfDatabase);
      again = stored !== undefined;
      if (!stored) continue;
      world.ports.complete(stored, 'done');
      const isSaved = stored.kind === 'save' || stored.kind === 'commit';
      if (isSaved && kills && stored.owner.name === `${kills}-1`) this.kill(stored.owner.name);
    }
    world.look();
  }

  private operations(): Move[] {
    const { ports } = this.world;
    const alike = new Map<string, number>();
    return ports.pending.flatMap((operation) => {
      const { owner, kind, about } = operation;
      const at = serviceOf(owner.name);
      const words = `${owner.name} ${kind} ${about()}`;
      // One that was sent, or was not, is not the same as one that is sent for the first time.
      const number = (alike.get(words) ?? 0) + 1;
      alike.set(words, number);
      const name = number > 1 ? `${words} (${number})` : words;
      // What a provider answers is decided about; what is sent, or was not, changes only that it need not be sent again.
      const part = kind === 'call' ? STATE : words;
      const moves: Move[] = [{ name, at, part, run: () => ports.complete(operation, 'done') }];
      const spends = kind === 'publish' ? 'losses' : 'unknowns';
      for (const fate of ['refused', 'doubt'] as const) {
        if (this.left[spends] === 0 || !operation.fates.includes(fate)) continue;
        moves.push({
          name: `fault: ${name} ${fate}`,
          at,
          part,
          spends,
          run: () => {
            this.left[spends]--;
            ports.complete(operation, fate);
          },
        });
      }
      return [...moves, ...this.crash(owner.name, `with ${kind} ${about()} in hand`)];
    });
  }

  private deliveries(): Move[] {
    const { world } = this;
    return world.bus.due.flatMap((parcel) => {
      const { service: at, deaths } = parcel;
      const words = `${wordsOf(parcel)}${deaths > 0 ? `, again (${deaths})` : ''}`;
      const deliver = (): void => {
        world.bus.take(parcel);
        world.processes.find(({ service }) => service === parcel.service)?.receive(parcel);
      };
      const moves: Move[] = [{ name: `deliver ${words}`, at, part: STATE, run: deliver }];
      if (parcel.replyTo !== null) return moves;
      if (this.left.duplicates > 0) {
        moves.push({
          name: `fault: twice ${words}`,
          at,
          part: STATE,
          spends: 'duplicates',
          run: () => {
            this.left.duplicates--;
            world.bus.duplicate(parcel);
          },
        });
      }
      // What it had to publish is in the outbox, and the message comes again: it was not acknowledged.
      if (this.left.crashes > 0) {
        const run = (): void => {
          this.left.crashes--;
          deliver();
        };
        const name = `fault: ${words}, saved, and its process dies`;
        moves.push({ name, at, spends: 'crashes', run, kills: at });
      }
      return moves;
    });
  }

  private crash(name: string, when: string): Move[] {
    if (this.left.crashes === 0) return [];
    const run = (): void => {
      this.left.crashes--;
      this.kill(name);
    };
    return [{ name: `fault: ${name} dies ${when}`, at: serviceOf(name), spends: 'crashes', run }];
  }

  /** And it starts again at once: that it stays away is a delay of all that it would have done. */
  private kill(name: string): void {
    const process = this.world.processes.find((one) => one.name === name);
    if (!process) return;
    process.die();
    this.world.restart(process);
  }

  private asks(): Move[] {
    const { world, left, path } = this;
    const [shopper] = world.clients.shoppers;
    const [placement] = shopper?.requests ?? [];
    if (!shopper || !placement) return [];
    const send = (request = placement): void =>
      world.bus.ask(request.contract.service, world.clients.memberOf(shopper, request), 'client');
    if (placement.tries === 0) return [{ name: 'place', at: 'order', part: STATE, run: () => send() }];
    const order = world.databases.order.rows.get(shopper.orderId ?? '');
    const { ask } = path;
    if (!ask || left.asks === 0 || order?.kind !== 'order' || !WISHES[ask].when(order)) return [];
    const run = (): void => {
      left.asks--;
      send(world.clients.wish(shopper, ask, order));
    };
    // A client knows, and asks, the order service alone.
    return [{ name: `ask ${ask}`, at: 'order', part: STATE, spends: 'asks', run }];
  }

  private time(): Move[] {
    const { world } = this;
    const { clock, bus, provider } = world;
    const times = [...dueTimes(world).map(({ at }) => at), ...bus.parcels.map(({ dueAt }) => dueAt)];
    const next = Math.min(...times.filter((at) => at > clock.ms));
    if (next > clock.ms + world.plan.horizonMs) return [];
    const run = (): void => {
      clock.moveTo(next);
      provider.tick();
      const due = dueTimes(world).filter(({ at }) => at <= clock.ms);
      for (const { service, worker } of due)
        world.processes.find((one) => one.service === service)?.work(worker);
    };
    return [{ name: 'time passes', at: undefined, run }];
  }
}

const STATE = 'state';
/** `order-1` is one of the order service. */
const serviceOf = (name: string): ServiceName => name.slice(0, name.indexOf('-')) as ServiceName;

const isOfDatabase = ({ kind }: Operation): boolean => kind !== 'publish' && kind !== 'call';

function planFor({ onHand, payment, ask }: Path): Plan {
  return {
    orders: [{ lines: [{ sku: 'TEA', quantity: 2 }], payment, expectsOtherTotal: false }],
    onHand: { TEA: onHand },
    replicas: 1,
    asks: ask ? 1 : 0,
    kinds: [],
    jumps: [],
    steps: 0,
    faults: { crash: 0, database: 0, broker: 0, provider: 0, late: 0, regroup: 0, client: 0, jump: 0 },
    horizonMs: 1_200_000,
  };
}
