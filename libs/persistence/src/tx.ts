import { type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';

/** Whatever runs one statement: a pool, which commits it at once, or an open transaction. */
export interface Queryable {
  // biome-ignore lint/suspicious/noExplicitAny: pg's own default for rows that the caller does not describe.
  query<R extends QueryResultRow = any>(
    text: string | QueryConfig,
    values?: unknown[],
  ): Promise<QueryResult<R>>;
}

declare const open: unique symbol;

/** Proof of an open transaction. Functions that must not run outside one demand it. */
export type Tx = Queryable & { readonly [open]: true };
