import { markOf, SPAN_MS, spansOf } from './id-times.mjs';

/**
 * Gives a Waybill a past: whatever the orders in its tables have left there is repeated for earlier times, with other ids,
 * as often as it takes. So every row is one that the services have written, and every invariant still holds. Each database
 * in one transaction, oldest first, as the rows would have come.
 * @typedef {{ from: string, own: Readonly<Record<string, string>>, more: string }} Repeated
 *   `own`: SQL for columns that are neither text nor time; `more`: columns that it needs besides
 */

const SEQUENCE = {
  from: 'movements m join products p using (sku) where m.order_id is not null',
  own: { seq: 't.base + ($2::bigint * t.of_sku) + t.place' },
  more: `p.version as base, count(*) over (partition by m.sku) as of_sku,
    row_number() over (partition by m.sku order by m.seq) as place`,
};

/** @type {Readonly<Record<'order' | 'payment' | 'stock', Readonly<Record<string, Repeated | null>>>>} */
const TABLES = {
  order: {
    orders: null,
    order_history: null,
    idempotency_keys: null,
    // Before all others: who reads the log from its end on is not led astray.
    event_log: {
      from: 'event_log m',
      own: { position: 't.position - ($1::bigint * t.all_of_it)' },
      more: 'count(*) over () as all_of_it',
    },
  },
  payment: { payments: null, payment_history: null, ledger_transfers: null },
  stock: { reservations: null, movements: SEQUENCE },
};

/** What left the shelves, as often as the movements were repeated. */
const LEVELS = `update products p set on_hand = p.on_hand + $1::int * m.taken, version = p.version + $1::int * m.steps
  from (select sku, sum(on_hand_delta)::int as taken, count(*)::int as steps from template_movements group by sku) m
  where m.sku = p.sku`;

/**
 * @param {import('./targets.mjs').WaybillTarget} target at rest
 * @param {{ orders: number, tell: (text: string) => void }} plan at least so many
 * @returns {Promise<number>} how many orders there are more than before
 */
export async function fillTables({ books }, { orders, tell }) {
  const { rows } = await books.pools.order.query(
    'select count(*)::int as count, min(created_at) as first from orders',
  );
  const [{ count, first }] = rows;
  if (count === 0) throw new Error('there is no order to be repeated');
  const spans = spansOf(first.getTime() - SPAN_MS, Date.now());
  const times = Math.ceil(orders / count);
  const done = { order: 0, payment: 0, stock: 0 };
  const services = /** @type {const} */ (['order', 'payment', 'stock']);
  const timer = setInterval(() => {
    const part = Math.min(...Object.values(done)) / times;
    tell(`filling the tables: ${Math.round(part * 100)} %`);
  }, 1_000);
  try {
    await Promise.all(
      services.map((name) =>
        fillDatabase(books.pools[name], name, { times, spans, step: () => done[name]++ }),
      ),
    );
  } finally {
    clearInterval(timer);
  }
  return times * count;
}

/**
 * @param {import('pg').Pool} pool @param {keyof typeof TABLES} service
 * @param {{ times: number, spans: readonly number[], step: () => void }} plan
 */
async function fillDatabase(pool, service, { times, spans, step }) {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const inserts = [];
    for (const [table, repeated] of Object.entries(TABLES[service])) {
      const { from, own, more } = repeated ?? { from: `${table} m`, own: {}, more: '' };
      await client.query(
        `create temp table template_${table} as select m.*${more && `, ${more}`} from ${from}`,
      );
      inserts.push(await insertOf(client, { table, own, spans: spans.length }));
    }
    const old = spans.map(markOf);
    // Not nearer than the spans that there are: else a mark would be replaced twice.
    for (let round = 0; round < times; round++) {
      const back = times - round + spans.length;
      const marks = [...old, ...spans.map((span) => markOf(span - back))];
      for (const insert of inserts) await client.query({ ...insert, values: [back, round, ...marks] });
      step();
    }
    if (service === 'stock') await client.query(LEVELS, [times]);
    await client.query('commit');
    await client.query('vacuum (analyze)');
    await client.query('checkpoint');
  } finally {
    // Temporary tables go with the session.
    client.release(true);
  }
}

/**
 * $1: how many spans earlier; $2: how many rounds before this one; then the old marks, and as many new ones.
 * @param {import('pg').PoolClient} client @param {{ table: string, own: Readonly<Record<string, string>>, spans: number }} what
 */
async function insertOf(client, { table, own, spans }) {
  const { rows } = await client.query(
    `select column_name as name, data_type as type from information_schema.columns
     where table_schema = 'public' and table_name = $1 order by ordinal_position`,
    [table],
  );
  const replaced = (/** @type {string} */ text) =>
    Array.from({ length: spans }, (_, i) => i).reduce(
      (sql, i) => `replace(${sql}, $${i + 3}::text, $${i + 3 + spans}::text)`,
      text,
    );
  const earlier = (/** @type {{ name: string, type: string }} */ { name, type }) => {
    const column = `t."${name}"`;
    if (own[name]) return own[name];
    if (type === 'text') return replaced(column);
    if (type.startsWith('json')) return `${replaced(`${column}::text`)}::${type}`;
    if (type.startsWith('timestamp')) return `${column} - $1::int * interval '${SPAN_MS} milliseconds'`;
    return type === 'uuid' ? `md5(${column}::text || $1::int)::uuid` : column;
  };
  const columns = rows.map(({ name }) => `"${name}"`).join(', ');
  // Each parameter has to be used.
  const text = `insert into ${table} (${columns}) select ${rows.map(earlier).join(', ')} from template_${table} t
    where $1::bigint > 0 and $2::bigint >= 0 and ${replaced("''")} = ''`;
  return { name: `repeat-${table}`, text };
}
