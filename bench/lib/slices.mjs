/**
 * Three databases in slices of some thousand orders each, as if there were no other orders: who compares all orders in
 * memory could not do it with a million of them.
 * @typedef {Readonly<Record<'order' | 'payment' | 'stock', import('pg').Pool>>} Pools
 * @typedef {Record<keyof Pools, import('pg').PoolClient>} Clients
 */

const SIZE = 50_000;
/** Which rows belong to an order, by which column. */
const TABLES = /** @type {const} */ ([
  ['order', 'orders', 'id'],
  ['payment', 'payments', 'order_id'],
  ['stock', 'reservations', 'order_id'],
]);

/** @param {Pools} pools @param {(clients: Clients) => Promise<string[]>} check @returns {Promise<string[]>} what was wrong in any */
export async function inSlices(pools, check) {
  const { rows } = await pools.order.query(
    `select id from (select id, row_number() over (order by id) as n from orders) o where n % ${SIZE} = 0 order by id`,
  );
  const borders = [undefined, ...rows.map(({ id }) => id), undefined];
  const faults = [];
  for (let i = 1; i < borders.length; i++) {
    faults.push(...(await inSlice(pools, { from: borders[i - 1], to: borders[i] }, check)));
  }
  return faults;
}

/**
 * @param {Pools} pools @param {{ from: string | undefined, to: string | undefined }} range
 * @param {(clients: Clients) => Promise<string[]>} check
 */
async function inSlice(pools, { from, to }, check) {
  /** @type {Partial<Clients>} */
  const clients = {};
  try {
    for (const [service, table, column] of TABLES) {
      const client = await pools[service].connect();
      clients[service] = client;
      const bounds = [
        ...(from === undefined ? [] : [`${column} >= ${client.escapeLiteral(from)}`]),
        ...(to === undefined ? [] : [`${column} < ${client.escapeLiteral(to)}`]),
      ];
      await client.query('begin');
      await client.query(
        `create temp view ${table} as select * from public.${table} where ${['true', ...bounds].join(' and ')}`,
      );
    }
    return await check(/** @type {Clients} */ (clients));
  } finally {
    for (const client of Object.values(clients)) {
      await client.query('rollback');
      client.release();
    }
  }
}
