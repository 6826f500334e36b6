/**
 * What PostgreSQL counts of the databases of a Waybill.
 * @typedef {import('./targets.mjs').WaybillTarget} WaybillTarget
 * @typedef {import('./counters.mjs').Counts} Counts
 */

/** @param {WaybillTarget} target @returns {Promise<Record<string, Counts>>} */
export async function databasesOf({ infra: { admin, name }, books }) {
  const databases = Object.keys(books.pools).map((service) => `${name}_${service}`);
  const short = (/** @type {string} */ database) => database.slice(name.length + 1);
  const { rows: committed } = await admin.query(
    'select datname, xact_commit::float8 as n, xact_rollback::float8 as back from pg_stat_database where datname = any($1)',
    [databases],
  );
  const { rows: wal } = await admin.query(
    'select wal_records::float8 as records, wal_bytes::float8 as bytes, wal_fpi::float8 as "whole pages" from pg_stat_wal',
  );
  const { rows: io } = await admin.query(
    `select sum(fsyncs)::float8 as fsyncs, sum(writes)::float8 as writes from pg_stat_io where object = 'wal'`,
  );
  const statements = await statementsOf(admin, databases);
  /** @type {Counts} */
  const calls = {};
  for (const { database, calls: count } of statements)
    calls[short(database)] = (calls[short(database)] ?? 0) + count;
  return {
    transactions: Object.fromEntries(
      committed.flatMap(({ datname, n, back }) => [
        [short(datname), n],
        [`${short(datname)}, rolled back`, back],
      ]),
    ),
    statements: calls,
    'write-ahead log': { ...wal[0], ...io[0] },
    'calls of statements': Object.fromEntries(statements.map((one) => [nameOf(one, short), one.calls])),
    'ms in statements': Object.fromEntries(statements.map((one) => [nameOf(one, short), one.ms])),
  };
}

/** @typedef {{ database: string, query: string, id: string, calls: number, ms: number }} Statement */

/** None where the server does not count them. @param {import('pg').Pool} admin @param {readonly string[]} databases @returns {Promise<Statement[]>} */
async function statementsOf(admin, databases) {
  const { rows } = await admin.query(`select 1 from pg_extension where extname = 'pg_stat_statements'`);
  const { rows: shown } = await admin.query('show shared_preload_libraries');
  if (rows.length === 0 || !shown[0].shared_preload_libraries.includes('pg_stat_statements')) return [];
  const found = await admin.query(
    `select datname as database, query, queryid::text as id, calls::float8 as calls, total_exec_time as ms
     from pg_stat_statements s join pg_database d on d.oid = s.dbid where datname = any($1)`,
    [databases],
  );
  return found.rows;
}

/** @param {Statement} statement @param {(database: string) => string} short */
function nameOf({ database, query, id }, short) {
  return `${short(database)} ${query.replaceAll(/\s+/g, ' ').trim().slice(0, 72)} #${id.slice(-4)}`;
}

const ROWS = `select relname as table, n_tup_ins::float8 as inserted, n_tup_upd::float8 as updated,
  n_tup_hot_upd::float8 as hot, n_tup_del::float8 as deleted, coalesce(seq_tup_read, 0)::float8 as scanned,
  coalesce(idx_tup_fetch, 0)::float8 as fetched from pg_stat_user_tables`;

/** @param {WaybillTarget} target */
export async function rowsOf({ books }) {
  /** @type {Counts} */
  const written = {};
  /** @type {Counts} */
  const read = {};
  for (const [service, pool] of Object.entries(books.pools)) {
    const { rows } = await pool.query(ROWS);
    for (const { table, inserted, updated, hot, deleted, scanned, fetched } of rows) {
      const kinds = { inserted, 'updated on its page': hot, 'updated elsewhere': updated - hot, deleted };
      for (const [kind, count] of Object.entries(kinds)) written[`${service}.${table} ${kind}`] = count;
      read[`${service}.${table} by scans`] = scanned;
      read[`${service}.${table} by indexes`] = fetched;
    }
  }
  return { 'rows written': written, 'rows read': read };
}
