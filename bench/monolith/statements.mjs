/**
 * @typedef {object} Line
 * @property {string} sku
 * @property {string} name
 * @property {number} quantity
 * @property {number} unitAmount
 */
/**
 * @typedef {object} Order
 * @property {string} id
 * @property {'confirmed' | 'rejected' | 'cancelled'} status
 * @property {number} version
 * @property {string} customerId
 * @property {string} currency
 * @property {readonly Line[]} lines
 * @property {number | null} totalAmount
 * @property {string | null} paymentId
 * @property {string | null} reason
 * @property {Record<string, string>} metadata
 * @property {string} createdAt
 * @property {string} updatedAt
 */
/** @typedef {{ name: string, priceAmount: number, priceCurrency: string, active: boolean, onHand: number }} Product */
/** @typedef {Pick<import('pg').PoolClient, 'query'>} Queryable */

/**
 * False when the key was used before.
 * @param {Queryable} tx @param {{ key: string, fingerprint: string }} use @param {string} orderId
 */
export async function useKey(tx, { key, fingerprint }, orderId) {
  const { rowCount } = await tx.query({
    name: 'use-key',
    text: `insert into idempotency_keys (key, fingerprint, order_id, created_at) values ($1, $2, $3, now())
           on conflict (key) do nothing`,
    values: [key, fingerprint, orderId],
  });
  return rowCount === 1;
}

/**
 * Locks in the order of SKUs, so that two orders never wait for each other.
 * @param {Queryable} tx @param {readonly string[]} skus @returns {Promise<Map<string, Product>>}
 */
export async function lockProducts(tx, skus) {
  const { rows } = await tx.query({
    name: 'lock-products',
    text: `select sku, name, price_amount as "priceAmount", price_currency as "priceCurrency", active,
             on_hand as "onHand"
           from products where sku = any($1::text[]) order by sku for update`,
    values: [skus],
  });
  // bigint arrives as text; every amount is below 2^53.
  return new Map(rows.map(({ sku, ...row }) => [sku, { ...row, priceAmount: Number(row.priceAmount) }]));
}

/** @param {Queryable} tx @param {readonly Line[]} lines */
export async function takeStock(tx, lines) {
  await tx.query({
    name: 'take-stock',
    text: `update products p set on_hand = p.on_hand - l.quantity, version = p.version + 1
           from unnest($1::text[], $2::int[]) as l(sku, quantity) where p.sku = l.sku`,
    values: [lines.map(({ sku }) => sku), lines.map(({ quantity }) => quantity)],
  });
}

/** @param {Queryable} tx @param {Order} order */
export async function insertOrder(tx, order) {
  const { id, status, version, customerId, currency, lines, totalAmount, paymentId, reason, createdAt } =
    order;
  await tx.query({
    name: 'insert-order',
    text: `insert into orders (id, status, version, customer_id, currency, total_amount, payment_id, reason, metadata,
             created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`,
    values: [
      id,
      status,
      version,
      customerId,
      currency,
      totalAmount,
      paymentId,
      reason,
      order.metadata,
      createdAt,
    ],
  });
  await tx.query({
    name: 'insert-lines',
    text: `insert into order_lines (order_id, line, sku, name, quantity, unit_amount)
           select $1, l.line, l.sku, l.name, l.quantity, l.unit_amount
           from unnest($2::text[], $3::text[], $4::int[], $5::bigint[]) with ordinality
             as l(sku, name, quantity, unit_amount, line)`,
    values: [
      id,
      lines.map(({ sku }) => sku),
      lines.map(({ name }) => name),
      lines.map(({ quantity }) => quantity),
      lines.map(({ unitAmount }) => unitAmount),
    ],
  });
  await tx.query({
    name: 'insert-history',
    text: `insert into order_history (order_id, version, from_status, to_status, at)
           values ($1, 1, null, 'pending', $3), ($1, 2, 'pending', $2, $3)`,
    values: [id, status, createdAt],
  });
}

/**
 * @param {Queryable} tx
 * @param {{ paymentId: string, id: string, status: string, amount: number, currency: string, method: string,
 *   createdAt: string }} payment
 */
export async function insertPayment(tx, { paymentId, id, status, amount, currency, method, createdAt }) {
  await tx.query({
    name: 'insert-payment',
    text: `insert into payments (id, order_id, status, amount, currency, method, created_at)
           values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [paymentId, id, status, amount, currency, method, createdAt],
  });
  if (status !== 'captured') return;
  await tx.query({
    name: 'post-capture',
    text: `insert into ledger (payment_id, operation, debit, credit, amount, currency, at)
           values ($1, 'capture', 'provider_clearing', 'sales', $2, $3, $4)`,
    values: [paymentId, amount, currency, createdAt],
  });
}

/** @param {Queryable} db @param {string} id @returns {Promise<Order | undefined>} */
export async function readOrder(db, id) {
  const { rows } = await db.query({
    name: 'read-order',
    text: `select id, status, version, customer_id as "customerId", currency, total_amount as "totalAmount",
             payment_id as "paymentId", reason, metadata, created_at as "createdAt", updated_at as "updatedAt",
             (select json_agg(json_build_object('sku', sku, 'name', name, 'quantity', quantity,
                'unitAmount', unit_amount) order by line) from order_lines where order_id = id) as lines
           from orders where id = $1`,
    values: [id],
  });
  const row = rows[0];
  if (!row) return undefined;
  return {
    ...row,
    lines: row.lines ?? [],
    totalAmount: row.totalAmount === null ? null : Number(row.totalAmount),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
