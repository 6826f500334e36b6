/**
 * When the steps of an order were committed, as PostgreSQL has noted it (`track_commit_timestamp`).
 * @typedef {import('./targets.mjs').WaybillTarget} WaybillTarget
 * @typedef {{ id: string, sent: number, answered: number }} Call in ms since 1970
 * @typedef {Record<string, number>} Moments the same
 */

const COMMITS_WATCHED = 500;

/** @param {string} which */
const commitMs = (which) =>
  `(extract(epoch from max(pg_xact_commit_timestamp(h.xmin)) filter (where ${which})) * 1000)::float8`;

/** @param {WaybillTarget} target @param {readonly Call[]} calls @returns {Promise<Moments[]>} */
export async function momentsOf({ books: { pools } }, calls) {
  const ids = [calls.map(({ id }) => id)];
  const found = await Promise.all([
    pools.order.query(
      `select order_id as id, ${commitMs('version = 1')} as placed, ${commitMs(`to_phase = 'charging'`)} as charging,
         ${commitMs(`to_phase = 'confirmed'`)} as confirmed from order_history h where order_id = any($1) group by 1`,
      ids,
    ),
    pools.payment.query(
      `select order_id as id, ${commitMs(`to_status = 'requested'`)} as intent, ${commitMs(`to_status = 'captured'`)} as captured
       from payments p join payment_history h on h.payment_id = p.id where order_id = any($1) group by 1`,
      ids,
    ),
    pools.stock.query(
      `select order_id as id, ${commitMs(`kind = 'reserved'`)} as reserved, ${commitMs(`kind = 'committed'`)} as committed
       from movements h where order_id = any($1) group by 1`,
      ids,
    ),
  ]);
  const byId = new Map(calls.map(({ id, ...times }) => [id, /** @type {Moments} */ (times)]));
  for (const { id, ...times } of found.flatMap(({ rows }) => rows)) Object.assign(byId.get(id) ?? {}, times);
  return [...byId.values()];
}

/** What the disk and PostgreSQL take for the least that is durable. @param {WaybillTarget} target */
export async function commitTimes({ infra }) {
  const client = await infra.admin.connect();
  try {
    await client.query('create table bench_commits (at timestamptz not null)');
    const times = [];
    for (let i = 0; i < COMMITS_WATCHED; i++) {
      const began = performance.now();
      await client.query('insert into bench_commits values (now())');
      times.push(performance.now() - began);
    }
    return times;
  } finally {
    await client.query('drop table if exists bench_commits');
    client.release();
  }
}
