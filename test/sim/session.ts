import { type Saving, type Store, type Versioned } from '#loop';
import { type Database, type Queryable } from '#persistence';
import { type MemoryDatabase } from './memory-database.js';
import { databaseError, type Fate, type Operation, type Owner } from './ports.js';

const AFTER_SAVE = ['done', 'refused', 'doubt'] as const;
const AFTER_READ = ['done', 'refused'] as const;

/** A replica's connection to its database, or one transaction on it. Whatever it does, the scheduler lets it do. */
export class Session<S extends Versioned, R> {
  private saving: Saving<S, R> | undefined;

  constructor(
    private readonly database: MemoryDatabase<S, R>,
    readonly owner: Owner,
    private readonly isTransaction = false,
  ) {}

  get clock() {
    return this.database.options.clock;
  }

  now(): Date {
    return this.clock.now();
  }

  async transaction<T>(work: (tx: Session<S, R>) => Promise<T>): Promise<T> {
    const tx = new Session(this.database, this.owner, true);
    try {
      const result = await work(tx);
      await tx.commit();
      return result;
    } finally {
      this.database.unlock(tx);
    }
  }

  load(keys: readonly string[], lock: boolean): Promise<Map<string, S>> {
    const { database } = this;
    return this.ask('read', keys.join(' '), {
      ...(lock && { kind: 'lock' as const, isReady: () => !database.isLocked(database.load(keys).keys()) }),
      carryOut: (fate) => {
        if (fate === 'refused') throw databaseError('ECONNREFUSED');
        const found = database.load(keys);
        if (lock) for (const key of found.keys()) database.locks.set(key, this);
        return found;
      },
    });
  }

  save(saving: Saving<S, R>): Promise<void> {
    if (!this.isTransaction) return this.write('save', saving);
    this.saving = saving;
    return Promise.resolve();
  }

  query({
    name,
    values,
  }: {
    name: string;
    values: unknown[];
  }): Promise<{ rows: readonly object[]; rowCount: number }> {
    return this.ask('query', name, {
      carryOut: (fate) => {
        if (fate === 'refused') throw databaseError('ECONNREFUSED');
        const rows = this.database.query(name, values);
        return { rows, rowCount: rows.length };
      },
    });
  }

  private commit(): Promise<void> {
    return this.saving ? this.write('commit', this.saving) : Promise.resolve();
  }

  private write(kind: 'save' | 'commit', saving: Saving<S, R>): Promise<void> {
    const { database } = this;
    const keys = saving.changes.map(({ key }) => key);
    return this.ask(kind, keys.join(' '), {
      fates: AFTER_SAVE,
      isReady: () => !database.isLocked(keys, this),
      carryOut: (fate) => database.commit(saving, fate),
    });
  }

  private ask<T>(
    kind: Operation['kind'],
    about: string,
    how: Partial<Pick<Operation, 'kind' | 'fates' | 'isReady'>> & { readonly carryOut: (fate: Fate) => T },
  ): Promise<T> {
    const { carryOut, ...rest } = how;
    const operation = { owner: this.owner, kind, about: () => about, fates: AFTER_READ, ...rest };
    return this.database.options.ports.ask<T>(operation, carryOut);
  }
}

/** What the loop takes for the store of a service: each call finds its session in the place of the database. */
export function memoryStore<S extends Versioned, R>(): Store<S, R> {
  const sessionOf = (db: Queryable): Session<S, R> => db as unknown as Session<S, R>;
  return {
    load: (db, keys, lock) => sessionOf(db).load(keys, lock),
    save: (db, saving) => sessionOf(db).save(saving),
  };
}

/** The part of `Database` that loops, relays and workers use. */
export const asDatabase = <S extends Versioned, R>(session: Session<S, R>): Database =>
  session as unknown as Database;
