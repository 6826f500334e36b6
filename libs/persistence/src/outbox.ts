import { type Queryable } from './tx.js';

/** A bundle, as the messaging library made it, on its way into an AMQP message: into one of its own, or of several that can wait. */
export interface OutboxRow {
  /** Also the id of an AMQP message of its own, on every publish. */
  readonly id: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly type: string;
  readonly mandatory: boolean;
  readonly body: string;
  /** Its members, and whether it may travel along with others. Not in the table: what is swept has waited long enough. */
  readonly count?: number;
  readonly canWait?: boolean;
}

/**
 * Two CTEs for the statement that saves a decision: they add what it sends (`rows`: a JSON array of OutboxRow) and
 * delete what the broker has confirmed since (`sent`: text[]).
 */
export function outboxCtes(rows: string, sent: string): string {
  return `outbox_added as (
  insert into outbox (id, exchange, routing_key, type, mandatory, body)
  select id, exchange, "routingKey", type, mandatory, body from json_to_recordset(${rows}::json)
    as o(id text, exchange text, "routingKey" text, type text, mandatory boolean, body text)
), outbox_deleted as (
  delete from outbox where id = any(${sent}::text[])
)`;
}

export async function deleteSent(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query({
    name: 'outbox-delete',
    text: 'delete from outbox where id = any($1::text[])',
    values: [ids],
  });
}

/**
 * How long the oldest row has been here; 0 when there is none. Ids sort by the time at which they were made, so the primary
 * key finds it: an index by `created_at` would cost every save something.
 */
export async function oldestUnsentSeconds(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ age: number }>({
    name: 'outbox-oldest',
    text: 'select extract(epoch from now() - created_at)::float8 as age from outbox order by id limit 1',
  });
  return rows[0]?.age ?? 0;
}

/**
 * Takes rows whose lease has ended: what a crash or a failed publish left. Chosen by the row's own lease, never by
 * `id > last`, which skips rows that commit late. The longer a row has failed, the longer its next lease.
 */
export async function claimOverdue(db: Queryable, leaseMs: number, limit: number): Promise<OutboxRow[]> {
  const { rows } = await db.query<OutboxRow>({
    name: 'outbox-claim',
    text: `update outbox o
           set lease_until = now() + least($1 * power(2, least(o.attempts, 5)), 300000) * interval '1 millisecond',
               attempts = o.attempts + 1
           from (select id from outbox where lease_until < now() order by id limit $2 for update skip locked) due
           where o.id = due.id
           returning o.id, o.exchange, o.routing_key as "routingKey", o.type, o.mandatory, o.body`,
    values: [leaseMs, limit],
  });
  return rows;
}
