import { type SalesRebuild } from '#contracts';
import { type Queryable, type Tx } from '#persistence';

/** Holds what is not in event_log any more. */
export const ARCHIVE = 0;

/** Begins a new generation, as a copy of the archive. Without effect while one is being built. */
export async function beginGeneration(tx: Tx): Promise<void> {
  const { rows } = await tx.query<{ building: number }>(
    `update event_log_reader set building = generation + 1, built_to = 0 where building is null returning building`,
  );
  const [started] = rows;
  if (!started) return;
  for (const [table, columns] of Object.entries(TABLES)) {
    await tx.query(
      `insert into ${table} (generation, ${columns}) select $1, ${columns} from ${table} where generation = ${ARCHIVE}`,
      [started.building],
    );
  }
}

export async function builtUpTo(tx: Tx, position: number): Promise<void> {
  await tx.query('update event_log_reader set built_to = $1', [position]);
}

/** From now on reports are read from the generation that was built. */
export async function switchGeneration(tx: Tx): Promise<void> {
  await tx.query(
    'update event_log_reader set generation = building, building = null, built_to = null where building is not null',
  );
}

/** A part of what is neither read nor built nor archive. False when nothing was left. */
export async function dropOldGenerations(db: Queryable, limit: number): Promise<boolean> {
  let dropped = 0;
  for (const table of Object.keys(TABLES)) {
    const { rowCount } = await db.query(
      `delete from ${table} where ctid = any(array(select t.ctid from ${table} t, event_log_reader r
         where t.generation > ${ARCHIVE} and t.generation < r.generation limit $1))`,
      [limit],
    );
    dropped += rowCount ?? 0;
  }
  return dropped > 0;
}

export async function findRebuild(db: Queryable): Promise<SalesRebuild> {
  const { rows } = await db.query<{ building: number | null; all: string; built: string }>({
    name: 'find-rebuild',
    text: `select building, last_position - first as all, greatest(coalesce(built_to, last_position) - first, 0) as built
           from event_log_reader, lateral (select coalesce(min(position) - 1, last_position) as first from event_log) f`,
  });
  const [{ building, all, built } = { building: null, all: '0', built: '0' }] = rows;
  const status = building === null ? 'done' : 'building';
  return { status, messages: Number(all), counted: Number(built) };
}

const TABLES = {
  report_sales: 'sku, day, currency, orders, cancelled_orders, units, returned_units, gross, returned',
  report_returned: 'order_id, amount',
  report_waiting: 'event_id, fact',
} as const;
