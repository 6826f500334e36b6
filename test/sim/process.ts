import { type Contract, type ServiceName } from '#contracts';
import { type Effect, Loop, type Rules, type Versioned } from '#loop';
import {
  bundle,
  Dispatcher,
  Failures,
  type Identities,
  type Log,
  type Message,
  type Outcome,
} from '#messaging';
import { classify, type Database, mayHaveHappened, OutboxRelay } from '#persistence';
import { type Bus, type Parcel, wordsOf } from './bus.js';
import { type MemoryDatabase } from './memory-database.js';
import { type Owner, type Ports } from './ports.js';
import { asDatabase, memoryStore, Session } from './session.js';

/** What there is of a service besides its rules, of one process. */
export interface Shell<M extends Message> {
  /** Work that a timer begins, by name. */
  readonly workers: Readonly<Record<string, () => Promise<unknown>>>;
  readonly perform?: (effect: Effect, cause: M) => void;
  /** Handlers besides the loop. */
  readonly handlers?: readonly {
    readonly contracts: readonly Contract[];
    readonly run: (batch: readonly Message[]) => Promise<readonly Outcome[]>;
  }[];
}

/** One service as it is wired in its module, but for Nest, HTTP and SQL. */
export interface Service<S extends Versioned, R, M extends Message> {
  readonly name: ServiceName;
  readonly rules: Rules<S, R, M>;
  readonly contracts: readonly Contract[];
  readonly shell: (loop: Loop<S, R, M>, database: Database, owner: Owner) => Shell<M>;
}

/** What a process hears and says. */
export interface Surroundings {
  readonly ports: Ports;
  readonly bus: Bus;
  /** Of answers to clients. */
  readonly onAnswer: (replyTo: string, id: string, outcome: Outcome) => void;
  /** Of everything that a process logs as an error. */
  readonly onError: (words: string) => void;
}

interface Wired {
  readonly dispatcher: Dispatcher;
  readonly workers: Shell<never>['workers'];
}

const ANYONE: Identities = { of: () => ({ caller: 'client', scopes: { has: () => true } as never }) };
const SMALL_CACHE = 8;

/** One process of a service: the real loop, relay, dispatcher and workers, over simulated ports. */
export class Process implements Owner {
  alive = true;
  readonly workers: Shell<never>['workers'];
  /** What it has taken and not acknowledged. */
  readonly inHand = new Set<Parcel>();
  private readonly busy = new Set<string>();
  private readonly dispatcher: Dispatcher;

  private constructor(
    readonly name: string,
    readonly service: ServiceName,
    private readonly surroundings: Surroundings,
    private readonly inside: { readonly disconnect: () => void; readonly start: (process: Process) => Wired },
  ) {
    const { dispatcher, workers } = inside.start(this);
    this.dispatcher = dispatcher;
    this.workers = workers;
  }

  static of<S extends Versioned, R, M extends Message>(
    service: Service<S, R, M>,
    database: MemoryDatabase<S, R>,
    name: string,
    surroundings: Surroundings,
  ): Process {
    const process: Process = new Process(name, service.name, surroundings, {
      disconnect: () => database.disconnect(process),
      start: (owner) => wire(service, asDatabase(new Session(database, owner)), owner, surroundings),
    });
    return process;
  }

  receive(parcel: Parcel): void {
    this.inHand.add(parcel);
    const { members, queue, source, replyTo, deaths } = parcel;
    this.dispatcher.receive({
      content: Buffer.from(JSON.stringify(members)),
      queue,
      source,
      user: null,
      replyTo,
      messageId: null,
      headers: {},
      token: replyTo === null ? null : 'token',
      deaths,
      isRedelivered: deaths > 0,
      finish: () => {
        if (this.alive) this.inHand.delete(parcel);
      },
    });
  }

  /** Begins a round of one of its workers, unless one is under way. A round that fails is tried again by the next one. */
  work(name: string): void {
    if (this.busy.has(name)) return;
    this.busy.add(name);
    void (this.workers[name] as () => Promise<unknown>)()
      .catch(() => undefined)
      .finally(() => this.busy.delete(name));
  }

  /** What it has not acknowledged will come again, to whomever. */
  loseConnection(): void {
    for (const parcel of this.inHand) this.surroundings.bus.giveBack(parcel);
    this.inHand.clear();
  }

  /** Its memory is gone: what it was doing, what it was about to publish, its cache. */
  die(): void {
    this.alive = false;
    this.surroundings.ports.forget(this);
    this.inside.disconnect();
    this.loseConnection();
  }
}

function wire<S extends Versioned, R, M extends Message>(
  service: Service<S, R, M>,
  database: Database,
  process: Process,
  surroundings: Surroundings,
): Wired {
  const { ports, bus } = surroundings;
  const relay = new OutboxRelay({
    database,
    publish: (row) =>
      ports.ask(
        {
          owner: process,
          kind: 'publish',
          about: () => wordsOf({ members: JSON.parse(row.body) }),
          fates: ['done', 'refused', 'doubt'],
        },
        (fate) => {
          if (fate !== 'refused') bus.publish(row, service.name);
          if (fate !== 'done') throw new Error(fate);
        },
      ),
  });
  const loop: Loop<S, R, M> = new Loop({
    rules: service.rules,
    store: memoryStore(),
    database,
    relay,
    bundle,
    notify: () => undefined,
    perform: (effect, cause) => shell.perform?.(effect, cause),
    cacheSize: SMALL_CACHE,
  });
  const shell = service.shell(loop, database, process);
  const workers = { outbox: () => relay.sweep(), clean: () => relay.clean(), ...shell.workers };
  const { contracts } = service;
  const settled = { contracts, run: (batch: readonly Message[]) => loop.settle(batch as readonly M[]) };
  const dispatcher = dispatcherOf(service.name, [settled, ...(shell.handlers ?? [])], process, surroundings);
  return { dispatcher, workers };
}

function dispatcherOf(
  service: ServiceName,
  handlers: NonNullable<Shell<never>['handlers']>,
  owner: Owner,
  { ports, bus, onAnswer, onError }: Surroundings,
): Dispatcher {
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: ({ err }: { err?: unknown }, words) => onError(`${owner.name} ${words}: ${String(err)}`),
  };
  const failures = new Failures({
    service,
    publisher: {
      publish: ({ body, ...row }, options) =>
        ports.ask({ owner, kind: 'publish', about: () => row.routingKey, fates: ['done'] }, () =>
          bus.publish({ ...row, body: String(body) }, options?.appId ?? service, options?.headers),
        ),
    },
    missing: () => undefined,
    log,
    observe: () => undefined,
  });
  return new Dispatcher({
    service,
    handlers,
    answers: {
      answer: (replyTo, id, outcome) =>
        void ports.ask({ owner, kind: 'answer', about: () => id, fates: ['done', 'refused'] }, (fate) => {
          if (fate === 'done') onAnswer(replyTo, id, outcome);
        }),
    },
    identities: ANYONE,
    senders: () => true,
    failures,
    judge: (error) => {
      if (mayHaveHappened(error)) return 'doubtful';
      return classify(error) === 'transient' || classify(error) === 'conflict' ? 'transient' : 'defect';
    },
    onResult: () => undefined,
    log,
    observe: () => undefined,
  });
}
