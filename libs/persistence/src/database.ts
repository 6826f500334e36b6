import { Pool, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';
import { Clock } from './clock.js';
import { CONNECT_MS, isAtHand, take } from './connecting.js';
import { firstDelivery } from './inbox.js';
import { STABLE_PLANS } from './plans.js';
import { isUnanswered } from './sqlstate.js';
import { type Tx } from './tx.js';

export interface DatabaseOptions {
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Connections; 10 unless told. */
  readonly max?: number;
  /** How long an answer may take; 8 s unless told. */
  readonly answerMs?: number;
  /** Tests may move the clock ahead. */
  readonly movableClock?: boolean;
}

/** In milliseconds. A statement that waits longer is an outage, not patience. */
const LIMITS = ['statement_timeout=5000', 'lock_timeout=1000', 'idle_in_transaction_session_timeout=10000'];
/**
 * For an answer: longer than a statement may take. What says nothing for so long has gone without a word, as a machine that is
 * lost does; TCP alone would wait for a quarter of an hour, and a service with it.
 */
const ANSWER_MS = 8_000;

/** One service's own database. */
export class Database {
  private readonly pool: Pool;
  private readonly looking: NodeJS.Timeout;
  readonly clock: Clock;

  constructor(options: DatabaseOptions) {
    this.pool = new Pool({
      connectionString: options.url,
      application_name: options.applicationName,
      max: options.max ?? 10,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: options.answerMs ?? ANSWER_MS,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      options: [...STABLE_PLANS, ...LIMITS].map((setting) => `-c ${setting}`).join(' '),
    });
    // A connection that breaks is no fault of ours: the pool drops it and opens another. Whoever uses it is told by what he asks;
    // the event may come when nobody does, also between an answer and whoever waits for it, and then would end the process.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    this.clock = new Clock(this, options.movableClock ?? false);
    this.looking = setInterval(() => void this.ping().catch(() => undefined), this.clock.lookMs);
    this.looking.unref();
  }

  /** One statement, committed at once. */
  // biome-ignore lint/suspicious/noExplicitAny: as in Queryable.
  query<R extends QueryResultRow = any>(
    text: string | QueryConfig,
    values?: unknown[],
  ): Promise<QueryResult<R>> {
    if (isAtHand(this.pool)) return this.pool.query<R>(text as string, values);
    return this.queryInTime<R>(text as string, values);
  }

  /** Commits when the work resolves, rolls back when it rejects. Never retries: see Loop. */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = isAtHand(this.pool) ? await this.pool.connect() : await take(this.pool);
    let broken: Error | undefined;
    const lose = (error: Error): void => {
      broken = error;
    };
    try {
      await client.query('begin');
      const result = await work(client as unknown as Tx);
      await client.query('commit');
      return result;
    } catch (error) {
      // A connection that can't even roll back must not go back to the pool, nor one that does not answer.
      if (isUnanswered(error)) lose(error);
      else await client.query('rollback').catch(lose);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** A transaction whose statements see one moment, and may not write. */
  snapshot<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read, read only');
      return work(tx);
    });
  }

  /** The effect of a message, once: its inbox row commits together with the work. */
  once(delivery: { consumer: string; messageId: string }, work: (tx: Tx) => Promise<void>): Promise<void> {
    return this.transaction(async (tx) => {
      if (await firstDelivery(tx, delivery.consumer, delivery.messageId)) await work(tx);
    });
  }

  /** By the database's clock. */
  now(): Date {
    return this.clock.now();
  }

  /** Fails when the database does not answer. */
  ping(): Promise<void> {
    return this.clock.look();
  }

  private async queryInTime<R extends QueryResultRow>(
    text: string,
    values: unknown[] | undefined,
  ): Promise<QueryResult<R>> {
    const client = await take(this.pool);
    // As the pool itself does: a connection on which something has failed is made anew.
    try {
      const result = await client.query<R>(text, values);
      client.release();
      return result;
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.looking);
    await this.pool.end();
  }
}
