import {
  type DeadLetterAction,
  type DeadLetterGroup,
  type DeadLetterSummary,
  type ListDeadLetters,
  newId,
  type ServiceName,
} from '#contracts';
import { type DeadLetter, EXCHANGES, FORGED } from '#messaging';
import { type OutboxRow, outboxCtes, type Queryable, type Tx } from '#persistence';
import { NO_QUEUE } from './broken-invariants.js';

type Row = Omit<DeadLetterSummary, 'service'>;

/** What died of this is never sent back: it can't be read, or somebody had no business to send it. */
export const HOPELESS: readonly string[] = ['malformed', FORGED];

/**
 * A letter that is moved twice is one row. One that was sent back and has died again waits for somebody again; the same
 * one that comes a second time, because its mover died before the acknowledgement, does not.
 */
export async function keepLetter(db: Queryable, letter: DeadLetter): Promise<void> {
  const {
    id,
    queue,
    source,
    reason,
    type,
    memberId,
    traceId,
    error,
    stack,
    cause,
    attempts,
    body,
    failedAt,
  } = letter;
  await db.query({
    name: 'keep-dead-letter',
    text: `insert into dead_letters (id, status, queue, source, reason, type, member_id, trace_id, error, stack, cause,
        attempts, body, failed_at)
      values ($1, 'dead', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
      on conflict (id) do update set status = 'dead', failed_at = excluded.failed_at, kept_at = now()
        where dead_letters.status = 'redriven' and dead_letters.failed_at <> excluded.failed_at`,
    values: [
      id,
      clean(queue),
      source,
      clean(reason),
      type,
      memberId,
      traceId,
      clean(error),
      clean(stack),
      cause,
      attempts,
      body,
      failedAt,
    ],
  });
}

/** PostgreSQL has no U+0000 in text. */
function clean(text: string): string {
  return text.replaceAll('\u0000', '�').toWellFormed();
}

const SUMMARY = `id, status, queue, source, reason, cause, type, error, attempts,
  to_char(failed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "failedAt"`;

/** Latest first, one more than the limit if there is one. The position is `<failedAt> <id>`. */
export async function listLetters(db: Queryable, asked: ListDeadLetters): Promise<Row[]> {
  const { status = 'dead', cause = null, limit, after } = asked;
  const [at = null, id = null] = after?.split(' ') ?? [];
  const { rows } = await db.query<Row>({
    name: 'list-dead-letters',
    text: `select ${SUMMARY} from dead_letters
      where status = $1 and ($2::text is null or cause = $2) and ($3::timestamptz is null or (failed_at, id) < ($3, $4))
      order by failed_at desc, id desc limit $5`,
    values: [status, cause, at, id, limit + 1],
  });
  return rows;
}

export async function groupLetters(
  db: Queryable,
  limit: number,
): Promise<Omit<DeadLetterGroup, 'service'>[]> {
  const { rows } = await db.query<Omit<DeadLetterGroup, 'service'>>({
    name: 'group-dead-letters',
    text: `select cause, min(reason) as reason, min(type) as type, min(error) as error, count(*)::integer as count,
        ${iso('min(failed_at)')} as "firstAt", ${iso('max(failed_at)')} as "lastAt", max(id) as example
      from dead_letters where status = 'dead' group by cause order by count(*) desc, cause limit $1`,
    values: [limit],
  });
  return rows;
}

export interface KeptLetter extends Row {
  readonly traceId: string | null;
  readonly stack: string;
  readonly body: Buffer;
}

export async function findLetter(db: Queryable, id: string): Promise<KeptLetter | undefined> {
  const { rows } = await db.query<KeptLetter>({
    name: 'find-dead-letter',
    text: `select ${SUMMARY}, trace_id as "traceId", stack, body from dead_letters where id = $1`,
    values: [id],
  });
  return rows[0];
}

export async function actionsOn(db: Queryable, id: string): Promise<DeadLetterAction[]> {
  const { rows } = await db.query<DeadLetterAction>({
    name: 'dead-letter-actions',
    text: `select ${iso('at')} as at, actor, action, reason from dead_letter_audit where letter_id = $1 order by id`,
    values: [id],
  });
  return rows;
}

/** What is done about letters: the first that is done to one counts, and only that is audited. */
export interface Deed {
  readonly actor: string;
  readonly redriveId?: string;
}

/**
 * Sends letters back to the queues in which they died, through the outbox: in the transaction that says so. Their tries
 * begin anew. Redriving twice is harmless, as every repeat is. What is no message is looked at again by whoever found it.
 */
export async function redriveLetters(tx: Tx, ids: readonly string[], deed: Deed): Promise<OutboxRow[]> {
  const { rows } = await tx.query<{ id: string; queue: string; body: Buffer }>({
    name: 'redrive-dead-letters',
    text: `with chosen as (
        update dead_letters set status = 'redriven', kept_at = now() where id = any($1::text[]) and status = 'dead'
        returning id, queue, body
      ), audited as (
        insert into dead_letter_audit (actor, action, letter_id, redrive_id) select $2, 'redrive', id, $3 from chosen
      ) select id, queue, body from chosen`,
    values: [ids, deed.actor, deed.redriveId ?? null],
  });
  const messages = rows.filter(({ queue }) => queue !== NO_QUEUE);
  const outbox = messages.map(({ queue, body }) => ({
    id: newId('msg'),
    exchange: EXCHANGES.retry,
    routingKey: queue,
    type: queue,
    mandatory: true,
    body: firstTry(body),
  }));
  if (outbox.length > 0) {
    await tx.query(`with ${outboxCtes('$1', '$2')} select 1`, [JSON.stringify(outbox), []]);
  }
  return outbox;
}

function firstTry(body: Buffer): string {
  const members = JSON.parse(body.toString()) as { attempt: number }[];
  return JSON.stringify(members.map((member) => ({ ...member, attempt: 1 })));
}

export async function discardLetter(tx: Tx, id: string, actor: string, reason: string): Promise<void> {
  await tx.query({
    name: 'discard-dead-letter',
    text: `with chosen as (
        update dead_letters set status = 'discarded' where id = $1 and status = 'dead' returning id
      ) insert into dead_letter_audit (actor, action, letter_id, reason) select $2, 'discard', id, $3 from chosen`,
    values: [id, actor, reason],
  });
}

export function summaryOf(service: ServiceName, row: Row): DeadLetterSummary {
  return { ...row, service };
}

function iso(expression: string): string {
  return `to_char(${expression} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
