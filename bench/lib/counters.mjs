import { trafficOf } from './processes.mjs';

/**
 * What the running system counts of itself: the services, the broker, the databases, and the kernel about them.
 * @typedef {import('./targets.mjs').WaybillTarget} WaybillTarget
 * @typedef {Record<string, number>} Counts
 * @typedef {{ at: number, sections: Record<string, Counts> }} Counters `at` in ms
 */

/** PostgreSQL's backends tell what they have counted when they have been idle for ten seconds, at the latest. */
export const SETTLED_MS = 12_000;

/** @param {WaybillTarget} target @returns {Promise<Counters>} */
export async function readCounters(target) {
  const [messages, broker, databases, rows] = await Promise.all([
    messagesOf(target),
    brokerOf(target),
    databasesOf(target),
    rowsOf(target),
  ]);
  const sections = {
    'messages handled': messages,
    ...broker,
    ...databases,
    ...rows,
    ...trafficOfAll(target),
  };
  return { at: performance.now(), sections };
}

/** Members of bundles, by who handled them and their type. @param {WaybillTarget} target */
async function messagesOf({ stack }) {
  /** @type {Counts} */
  const counts = {};
  for (const { name, url } of stack.processes) {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
    for (const line of (await response.text()).split('\n')) {
      const [, labels = '', value] = /^waybill_messages_total\{(.*)\} (\S+)$/.exec(line) ?? [];
      const type = /type="([^"]*)"/.exec(labels)?.[1];
      if (type) add(counts, `${name}: ${type}`, Number(value));
    }
  }
  return counts;
}

/** @param {WaybillTarget} target */
async function brokerOf({ infra, vhost }) {
  const [exchanges, whole] = await Promise.all([
    infra.management('GET', `/api/exchanges/${vhost}`),
    infra.management('GET', `/api/vhosts/${vhost}`),
  ]);
  /** @type {Counts} */
  const bundles = {};
  for (const { name, message_stats: stats } of exchanges) {
    if (stats?.publish_in) bundles[`into ${name}`] = stats.publish_in;
  }
  const { confirm = 0, deliver_get: delivered = 0, ack = 0 } = whole.message_stats ?? {};
  const { recv_oct: received = 0, send_oct: sent = 0 } = whole;
  return {
    'bundles at the broker': { ...bundles, confirmed: confirm, delivered, acknowledged: ack },
    'bytes at the broker': { received, sent },
  };
}

/** @param {WaybillTarget} target @returns {Promise<Record<string, Counts>>} */
async function databasesOf({ infra: { admin, name }, books }) {
  const databases = Object.keys(books.pools).map((service) => `${name}_${service}`);
  const short = (/** @type {string} */ database) => database.slice(name.length + 1);
  const { rows: committed } = await admin.query(
    'select datname, xact_commit::float8 as n from pg_stat_database where datname = any($1)',
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
  for (const { database, calls: count } of statements) add(calls, short(database), count);
  return {
    transactions: Object.fromEntries(committed.map(({ datname, n }) => [short(datname), n])),
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
async function rowsOf({ books }) {
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

/** Over sockets of HTTP, AMQP and SQL, and into the log. @param {WaybillTarget} target */
function trafficOfAll({ groups }) {
  /** @type {Counts} */
  const bytes = {};
  /** @type {Counts} */
  const calls = {};
  for (const [name, pids] of Object.entries(groups)) {
    for (const pid of pids()) {
      const { read, written, reads, writes } = trafficOf(pid);
      add(bytes, `${name} in`, read);
      add(bytes, `${name} out`, written);
      add(calls, `${name} in`, reads);
      add(calls, `${name} out`, writes);
    }
  }
  return { 'bytes of the processes': bytes, 'reads and writes of the processes': calls };
}

/** @param {Counts} counts @param {string} name @param {number} more */
function add(counts, name, more) {
  counts[name] = (counts[name] ?? 0) + more;
}
