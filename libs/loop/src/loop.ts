import { crash } from '#crash-points';
import { type Bundle, type Caused, type Message, type Notice, type Outcome } from '#messaging';
import { classify, type Database, mayHaveHappened, type OutboxRelay } from '#persistence';
import { Cache } from './cache.js';
import { decideAll, type Round } from './decide-all.js';
import { type Appended, type Effect, type Rules, type Store, type Versioned } from './rules.js';

export interface LoopOptions<S extends Versioned, R, M extends Message> {
  readonly rules: Rules<S, R, M>;
  readonly store: Store<S, R>;
  readonly database: Database;
  readonly relay: OutboxRelay;
  readonly bundle: (messages: readonly Caused[]) => Bundle[];
  readonly notify: (notices: readonly Notice[]) => void;
  /** Hears of rows that were appended, after their save; must not throw. */
  readonly onAppended?: (appended: readonly Appended<R>[]) => void;
  /** Starts the calls that decisions asked for; must not throw. Outcomes come back as messages through `settle`. */
  readonly perform?: (effect: Effect, cause: M) => void;
  readonly maxBatch?: number;
  readonly cacheSize?: number;
}

interface Call<M> {
  readonly messages: readonly M[];
  readonly outcomes: Outcome[];
  left: number;
  readonly done: (outcomes: readonly Outcome[]) => void;
}

interface Pending<M> {
  readonly message: M;
  readonly call: Call<M>;
  readonly index: number;
}

/** Unless told: those of the last seconds, in which an order takes its steps. What has settled is seldom asked for again, and costs every collection of garbage. */
const CACHED = 4_000;
/** Tries of one batch: the first from the cache, the others with fresh state under row locks. */
const MAX_TRIES = 5;
/** How many batches load under locks after a version conflict; doubles while other replicas keep writing the same rows. */
const CAUTION = { first: 8, most: 256 };

/**
 * The one place where a service changes its state: load, decide, save, send, for whatever has arrived.
 * One batch at a time; while the database commits it, the next one gathers (group commit). See docs/adr/0002.
 */
export class Loop<S extends Versioned, R, M extends Message> {
  private readonly cache: Cache<S>;
  private readonly maxBatch: number;
  private readonly pending: Pending<M>[] = [];
  private running: Promise<void> | undefined;
  private caution = 0;
  private lastCaution = CAUTION.first;

  constructor(private readonly options: LoopOptions<S, R, M>) {
    this.cache = new Cache(options.cacheSize ?? CACHED);
    this.maxBatch = options.maxBatch ?? 256;
  }

  /** Resolves when every message is settled: one outcome each, in the same order. Never rejects. */
  settle(messages: readonly M[]): Promise<readonly Outcome[]> {
    if (messages.length === 0) return Promise.resolve([]);
    return new Promise((done) => {
      const call: Call<M> = { messages, outcomes: [], left: messages.length, done };
      for (const [index, message] of messages.entries()) this.pending.push({ message, call, index });
      this.running ??= this.run();
    });
  }

  /** Resolves when nothing is in hand. */
  async drain(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    // One turn later: what arrives in the same turn shares the batch.
    await Promise.resolve();
    while (this.pending.length > 0) {
      const batch = this.pending.splice(0, this.maxBatch);
      const outcomes = await this.settleBatch(batch.map(({ message }) => message));
      for (const [i, { call, index }] of batch.entries()) {
        call.outcomes[index] = outcomes[i] as Outcome;
        if (--call.left === 0) call.done(call.outcomes);
      }
    }
    this.running = undefined;
  }

  /** A batch that fails is rolled back; its members then run one by one, so a poison message hurts only itself. */
  private async settleBatch(messages: readonly M[]): Promise<readonly Outcome[]> {
    try {
      return await this.settleTogether(messages);
    } catch (error) {
      if (messages.length === 1 || classify(error) === 'transient')
        return messages.map(() => ({ failed: error }));
      const outcomes: Outcome[] = [];
      for (const message of messages) outcomes.push(...(await this.settleBatch([message])));
      return outcomes;
    }
  }

  private async settleTogether(messages: readonly M[]): Promise<readonly Outcome[]> {
    let doubt: unknown;
    for (let attempt = 1; ; attempt++) {
      try {
        const isCareful = attempt > 1 || this.caution > 0;
        const outcomes = await (isCareful ? this.lockedRound(messages) : this.cachedRound(messages));
        return doubt === undefined ? outcomes : outcomes.map((outcome) => doubted(outcome, doubt));
      } catch (error) {
        this.forget(messages);
        const kind = classify(error);
        if (kind === 'conflict') this.beCautious();
        // A lost connection may have lost only the answer to our COMMIT: reading again under locks finds the truth.
        // Should it stay away, the caller must hear of the doubt, not of the refused connections that came after it.
        if (mayHaveHappened(error)) doubt ??= error;
        if ((kind !== 'conflict' && kind !== 'transient') || attempt === MAX_TRIES) throw doubt ?? error;
      }
    }
  }

  /** The happy path: state from memory, one statement that compares versions. */
  private async cachedRound(messages: readonly M[]): Promise<readonly Outcome[]> {
    const { rules, store, database } = this.options;
    const { known, missing } = this.fromCache(messages);
    if (missing.size > 0) {
      for (const [key, state] of await store.load(database, [...missing].sort(), false))
        known.set(key, state);
    }
    const round = decideAll(rules, messages, known, database.now());
    if (
      await this.isOutdated(
        round.restsOn.filter((key) => !missing.has(key)),
        known,
      )
    ) {
      this.forget(messages);
      return this.lockedRound(messages);
    }
    await this.save(round, (saving) => store.save(database, saving));
    return this.finish(round);
  }

  /**
   * A refusal, or a decision that changes nothing, is checked by no version compare: what it rests on is compared here.
   * Else a replica would go on refusing what another one has long made possible.
   */
  private async isOutdated(keys: readonly string[], known: ReadonlyMap<string, S>): Promise<boolean> {
    if (keys.length === 0) return false;
    const stored = await this.options.store.load(this.options.database, keys, false);
    const outdated = keys.filter((key) => stored.get(key)?.version !== known.get(key)?.version);
    for (const key of outdated) this.cache.delete(key);
    return outdated.length > 0;
  }

  /** What memory knows of the keys of a batch, and of what their states point to. */
  private fromCache(messages: readonly M[]): { known: Map<string, S>; missing: Set<string> } {
    const { rules } = this.options;
    const known = new Map<string, S>();
    const missing = new Set<string>();
    const take = (key: string): void => {
      if (!this.cache.copyTo(known, key)) missing.add(key);
      else for (const next of rules.follow?.(known.get(key) as S) ?? []) take(next);
    };
    for (const message of messages) {
      const { load, fresh } = rules.keys(message);
      load.forEach(take);
      for (const key of fresh ?? []) this.cache.copyTo(known, key);
    }
    return { known, missing };
  }

  /** After a conflict, and as long as other replicas write the same rows. */
  private async lockedRound(messages: readonly M[]): Promise<readonly Outcome[]> {
    const { rules, store, database } = this.options;
    const keys = keysOf(rules, messages);
    let crowded = false;
    const round = await database.transaction(async (tx) => {
      const known = await store.load(tx, keys, true);
      crowded = keys.some((key) => this.cache.isStale(key, known.get(key)));
      const decided = decideAll(rules, messages, known, database.now());
      await this.save(decided, (saving) => store.save(tx, saving));
      crash?.('loop.before-commit');
      return decided;
    });
    if (this.caution > 0 && !crowded) this.caution--;
    return this.finish(round);
  }

  private async save(
    round: Round<S, R, M>,
    run: (saving: Parameters<Store<S, R>['save']>[1]) => Promise<void>,
  ): Promise<void> {
    if (round.changes.length + round.appended.length + round.send.length === 0) return;
    const { relay, bundle } = this.options;
    round.outbox = bundle(round.send);
    const sent = relay.takeSent();
    crash?.('loop.decided');
    try {
      await run({ changes: round.changes, appended: round.appended, outbox: round.outbox, sent });
    } catch (error) {
      relay.putBack(sent);
      throw error;
    }
  }

  /** After the commit: remember, publish, tell whoever waits, start the calls. */
  private finish(round: Round<S, R, M>): readonly Outcome[] {
    crash?.('loop.saved');
    for (const { key, after } of round.changes) this.cache.set(key, after);
    if (round.outbox.length > 0) this.options.relay.dispatch(round.outbox);
    if (round.notify.length > 0) this.options.notify(round.notify);
    if (round.appended.length > 0) this.options.onAppended?.(round.appended);
    for (const { effect, cause } of round.effects) this.options.perform?.(effect, cause);
    return round.outcomes;
  }

  private forget(messages: readonly M[]): void {
    for (const key of keysOf(this.options.rules, messages)) this.cache.delete(key);
  }

  private beCautious(): void {
    this.lastCaution = this.caution > 0 ? Math.min(this.lastCaution * 2, CAUTION.most) : CAUTION.first;
    this.caution = this.lastCaution;
  }
}

function keysOf<M extends Message>(
  rules: Pick<Rules<never, unknown, M>, 'keys'>,
  messages: readonly M[],
): string[] {
  const keys = new Set<string>();
  for (const message of messages) {
    const { load, fresh } = rules.keys(message);
    for (const key of load) keys.add(key);
    for (const key of fresh ?? []) keys.add(key);
  }
  return [...keys].sort();
}

/** What is refused after a commit in doubt may be refused because that commit has done it: a version that does not match any more is our own. */
const doubted = (outcome: Outcome, doubt: unknown): Outcome =>
  'refused' in outcome ? { failed: doubt } : outcome;
