import { type Database } from './database.js';
import { FREE_PLANS } from './plans.js';

/** An SQL statement that finds what must not be: no row, no violation. It may read whole tables. */
export interface Invariant {
  /** As in the list of the domain: "A" holds at every moment, "Q" once the system is quiet. */
  readonly id: string;
  readonly name: string;
  readonly sql: string;
}

export interface Violation {
  readonly id: string;
  readonly name: string;
  readonly rows: readonly object[];
}

export const holdsAlways = ({ id }: Invariant): boolean => id.startsWith('A');

/** Of this one nothing is known. */
export interface Unanswered extends Omit<Invariant, 'sql'> {
  /** As the database says: it took too long, or what is stored cannot be read. */
  readonly why: string;
}

/** What a look has shown. */
export interface Findings {
  readonly broken: readonly Violation[];
  readonly unanswered: readonly Unanswered[];
  /** Nor is anything known of these, the last ones: the round was over before they had their time. */
  readonly leftOut: readonly Invariant[];
}

/** For all of them: what is looked at is one moment, and while somebody looks at it nothing that is dead since can be cleared away. */
const ROUND_MS = 600_000;
/** For one of them. */
const STATEMENT_MS = 60_000;
/** And a little more for the answer. */
const ANSWER_MS = 65_000;
const LOCK = 7_302_003;
const CANCELLED = '57014';
/** The database's own word; what a connection that is lost says is longer. */
const SQLSTATE = /^[\dA-Z]{5}$/;

/**
 * What is broken, all seen at one moment. undefined: somebody else is looking, and whoever looks for the same would only
 * take the database's time.
 */
export function findViolations(
  database: Database,
  invariants: readonly Invariant[],
  stopped?: AbortSignal,
  roundMs = ROUND_MS,
): Promise<Findings | undefined> {
  const endsAt = performance.now() + roundMs;
  return database.snapshot(async (tx) => {
    await tx.query(FREE_PLANS);
    const { rows } = await tx.query<{ mine: boolean }>(`select pg_try_advisory_xact_lock(${LOCK}) as mine`);
    if (!rows[0]?.mine) return undefined;
    const broken: Violation[] = [];
    const unanswered: Unanswered[] = [];
    for (const [i, invariant] of invariants.entries()) {
      stopped?.throwIfAborted();
      const { id, name, sql } = invariant;
      const leftMs = Math.ceil(Math.min(STATEMENT_MS, endsAt - performance.now()));
      if (leftMs <= 0) return { broken, unanswered, leftOut: invariants.slice(i) };
      // One that takes too long, or fails of what is stored, hides no other.
      await tx.query(`savepoint looking; set local statement_timeout = ${leftMs}`);
      // The types of pg do not know that one query may have a limit of its own.
      const question = { text: sql, query_timeout: ANSWER_MS };
      try {
        const { rows: found } = await tx.query<object>(question);
        if (found.length > 0) broken.push({ id, name, rows: found });
      } catch (error) {
        const { code = '', message } = error as { code?: string; message: string };
        if (!SQLSTATE.test(code)) throw error;
        await tx.query('rollback to savepoint looking');
        // The first one has had whatever a round has.
        if (code === CANCELLED && i > 0 && leftMs < STATEMENT_MS)
          return { broken, unanswered, leftOut: invariants.slice(i) };
        unanswered.push({ id, name, why: message });
      }
    }
    return { broken, unanswered, leftOut: [] };
  });
}
