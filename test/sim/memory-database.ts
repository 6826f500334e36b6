import { type Appended, type Saving, type Versioned } from '#loop';
import { type OutboxRow } from '#persistence';
import { type SimulatedClock } from './clock.js';
import { databaseError, type Fate, type Owner, type Ports } from './ports.js';

/** One row of the outbox. */
export interface Waiting {
  readonly row: OutboxRow;
  leaseUntil: number;
  attempts: number;
}

export type Statement<S extends Versioned, R> = (
  table: MemoryDatabase<S, R>,
  values: readonly unknown[],
) => readonly object[];

export interface MemoryDatabaseOptions<S extends Versioned, R> {
  readonly ports: Ports;
  readonly clock: SimulatedClock;
  /** Keys that a state points to: they are loaded along with it. */
  readonly follow: (state: S) => readonly string[];
  /** What the named statements of the service's workers answer. */
  readonly statements: Readonly<Record<string, Statement<S, R>>>;
  /** Looks at everything that becomes visible, at the moment when it does. */
  readonly onCommit: (saving: Saving<S, R>) => void;
  /** Both true, unless a test wants to see what happens otherwise. */
  readonly comparesVersions: boolean;
  readonly savesOutbox: boolean;
}

/** Whose row locks they are: a transaction of a process. */
export interface Holder {
  readonly owner: Owner;
}

const LEASE_MS = 3_000;
const MAX_LEASE_MS = 300_000;

/**
 * The database of one service, shared by its replicas: rows by key with versions that are compared, what is only ever
 * appended, the outbox, and row locks. It stands for the SQL of the service's store, and for nothing else.
 */
export class MemoryDatabase<S extends Versioned, R> {
  readonly rows = new Map<string, S>();
  readonly appended: Appended<R>[] = [];
  readonly outbox = new Map<string, Waiting>();
  readonly locks = new Map<string, Holder>();

  constructor(readonly options: MemoryDatabaseOptions<S, R>) {}

  /** What is stored for these keys, and for what it points to. */
  load(keys: readonly string[]): Map<string, S> {
    const found = new Map<string, S>();
    const take = (key: string): void => {
      const state = this.rows.get(key);
      if (state === undefined || found.has(key)) return;
      found.set(key, state);
      this.options.follow(state).forEach(take);
    };
    keys.forEach(take);
    return found;
  }

  isLocked(keys: Iterable<string>, by?: Holder): boolean {
    for (const key of keys) {
      const holder = this.locks.get(key);
      if (holder !== undefined && holder !== by) return true;
    }
    return false;
  }

  unlock(holder: Holder): void {
    for (const [key, one] of this.locks) if (one === holder) this.locks.delete(key);
  }

  /** Its connections are gone: its transactions are rolled back. */
  disconnect(owner: Owner): void {
    for (const [key, holder] of this.locks) if (holder.owner === owner) this.locks.delete(key);
  }

  /** All or nothing. */
  commit(saving: Saving<S, R>, fate: Fate): void {
    if (fate === 'refused') throw databaseError('ECONNREFUSED');
    if (this.options.comparesVersions) this.compare(saving);
    for (const { key, after } of saving.changes) this.rows.set(key, after);
    for (const one of saving.appended) this.appended.push(one);
    const leaseUntil = this.options.clock.ms + LEASE_MS;
    const outbox = this.options.savesOutbox ? saving.outbox : [];
    for (const row of outbox) this.outbox.set(row.id, { row, leaseUntil, attempts: 0 });
    for (const id of saving.sent) this.outbox.delete(id);
    this.options.onCommit(saving);
    if (fate === 'doubt') throw databaseError('ECONNRESET');
  }

  /** As `claimOverdue` and `deleteSent` have it, and what the service's workers ask. */
  query(name: string, values: readonly unknown[]): readonly object[] {
    if (name === 'outbox-claim') return this.claim(Number(values[0]), Number(values[1]));
    if (name === 'outbox-delete') {
      for (const id of values[0] as string[]) this.outbox.delete(id);
      return [];
    }
    const statement = this.options.statements[name];
    if (!statement) throw new Error(`the simulated database does not know the statement ${name}`);
    return statement(this, values);
  }

  private compare({ changes }: Saving<S, R>): void {
    for (const { key, before } of changes) {
      const stored = this.rows.get(key)?.version ?? 0;
      if (stored !== (before?.version ?? 0)) throw databaseError(before ? 'WB409' : '23505');
    }
  }

  private claim(leaseMs: number, limit: number): OutboxRow[] {
    const now = this.options.clock.ms;
    const due = [...this.outbox.values()].filter(({ leaseUntil }) => leaseUntil < now).slice(0, limit);
    for (const one of due) {
      one.leaseUntil = now + Math.min(leaseMs * 2 ** Math.min(one.attempts, 5), MAX_LEASE_MS);
      one.attempts++;
    }
    return due.map(({ row }) => row);
  }
}
