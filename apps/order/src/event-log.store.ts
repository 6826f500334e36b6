import { type Queryable, type Tx } from '#persistence';
import { type LoggedBundle } from './sales.js';

/** Who reads, from where, and what is made of it. */
export interface Place {
  readonly nextOffset: number | null;
  readonly lastPosition: number;
  readonly generation: number;
  /** The generation of reports that is being filled, and up to which position it is. */
  readonly building: number | null;
  readonly builtTo: number | null;
}

export interface Progress {
  readonly nextOffset: number | null;
  readonly lastPosition: number;
  /** Null when no more is known than before. */
  readonly asOf: string | null;
}

interface PlaceRow {
  readonly nextOffset: string | null;
  readonly lastPosition: string;
  readonly generation: number;
  readonly building: number | null;
  readonly builtTo: string | null;
}

const LEASE = `interval '10 seconds'`;
const PLACE = `next_offset as "nextOffset", last_position as "lastPosition", generation, building, built_to as "builtTo"`;

/** Undefined as long as another process reads. */
export async function takeLease(db: Queryable, holder: string): Promise<Place | undefined> {
  const { rows } = await db.query<PlaceRow>({
    name: 'take-log-lease',
    text: `update event_log_reader set holder = $1, lease_until = clock_timestamp() + ${LEASE}
           where lease_until < clock_timestamp() or holder = $1 returning ${PLACE}`,
    values: [holder],
  });
  return rows[0] && placeOf(rows[0]);
}

export async function endLease(db: Queryable, holder: string): Promise<void> {
  await db.query({
    name: 'end-log-lease',
    text: `update event_log_reader set lease_until = '-infinity' where holder = $1`,
    values: [holder],
  });
}

/**
 * First in each of the reader's transactions: locks the row, so that whatever else it writes is seen together with this.
 * A reader whose lease somebody else has taken meanwhile is told to stop. A commit that a crash of the server loses is
 * made again, from the same place: so nothing waits for the disk.
 */
export async function advanceReader(tx: Tx, holder: string, progress: Progress): Promise<Place> {
  await tx.query(`set local synchronous_commit = off`);
  const { rows } = await tx.query<PlaceRow>({
    name: 'advance-log-reader',
    text: `update event_log_reader set next_offset = $2, last_position = $3, lease_until = clock_timestamp() + ${LEASE},
             as_of = greatest(as_of, $4::timestamptz)
           where holder = $1 and last_position <= $3 returning ${PLACE}`,
    values: [holder, progress.nextOffset, progress.lastPosition, progress.asOf],
  });
  if (rows[0]) return placeOf(rows[0]);
  throw new Error('another process has taken over reading the event log');
}

/** Those that have not been there before: what was published twice is there once. */
export async function insertBundles(
  tx: Tx,
  bundles: readonly LoggedBundle[],
  after: number,
): Promise<ReadonlySet<string>> {
  const column = (of: (bundle: LoggedBundle) => string) => bundles.map(of);
  const { rows } = await tx.query<{ id: string }>({
    name: 'insert-event-log',
    text: `insert into event_log (position, message_id, type, source, at, body)
           select $1 + n, id, type, source, at, body::json
           from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[]) with ordinality
             as b(id, type, source, at, body, n)
           on conflict (message_id) do nothing returning message_id as id`,
    values: [
      after,
      column(({ id }) => id),
      column(({ type }) => type),
      column(({ source }) => source),
      column(({ at }) => at),
      column(({ members }) => JSON.stringify(members)),
    ],
  });
  return new Set(rows.map(({ id }) => id));
}

export type StoredBundle = LoggedBundle & { readonly position: number };

/** In the order of the log. */
export async function bundlesAfter(
  db: Queryable,
  position: number,
  { limit, type }: { readonly limit: number; readonly type?: string },
): Promise<StoredBundle[]> {
  const { rows } = await db.query<Omit<StoredBundle, 'position'> & { readonly position: string }>({
    name: type === undefined ? 'log-bundles' : 'log-bundles-of-type',
    text: `select position, message_id as id, type, source, body as members,
             to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
           from event_log where position > $1 ${type === undefined ? '' : 'and type = $3'}
           order by position limit $2`,
    values: [position, limit, ...(type === undefined ? [] : [type])],
  });
  return rows.map((row) => ({ ...row, position: Number(row.position) }));
}

export async function positionOf(db: Queryable, messageId: string): Promise<number | undefined> {
  const { rows } = await db.query<{ position: string }>({
    name: 'log-position',
    text: 'select position from event_log where message_id = $1',
    values: [messageId],
  });
  return rows[0] && Number(rows[0].position);
}

/** How many of the oldest, one after the other, are older than that. */
export async function outdatedBundles(db: Queryable, days: number, limit: number): Promise<StoredBundle[]> {
  const [first] = await bundlesAfter(db, -1, { limit: 1 });
  if (!first) return [];
  const { rows } = await db.query<{ before: string }>({
    name: 'log-cut',
    text: `select to_char((now() - $1 * interval '1 day') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as before`,
    values: [days],
  });
  const before = rows[0]?.before ?? '';
  if (first.at >= before) return [];
  const oldest = await bundlesAfter(db, -1, { limit });
  const young = oldest.findIndex(({ at }) => at >= before);
  return young < 0 ? oldest : oldest.slice(0, young);
}

export async function deleteUpTo(tx: Tx, position: number): Promise<void> {
  await tx.query({
    name: 'delete-event-log',
    text: 'delete from event_log where position <= $1',
    values: [position],
  });
}

function placeOf(row: PlaceRow): Place {
  const number = (text: string | null): number | null => (text === null ? null : Number(text));
  return {
    ...row,
    nextOffset: number(row.nextOffset),
    lastPosition: Number(row.lastPosition),
    builtTo: number(row.builtTo),
  };
}
