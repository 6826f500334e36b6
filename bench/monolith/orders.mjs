import { hash, randomUUIDv7 } from 'node:crypto';
import { insertOrder, insertPayment, lockProducts, readOrder, takeStock, useKey } from './statements.mjs';

/** @typedef {{ sku: string, quantity: number }} LineRequest */
/**
 * @typedef {object} OrderRequest
 * @property {string} customerId
 * @property {string} currency
 * @property {LineRequest[]} lines
 * @property {{ method: string }} payment
 * @property {Record<string, string>} [metadata]
 */
/** @typedef {import('./statements.mjs').Order} Order */

/** An expected "no", with its HTTP status. */
export class Refused extends Error {
  /** @param {number} statusCode @param {string} code */
  constructor(statusCode, code) {
    super(code);
    this.statusCode = statusCode;
    this.code = code;
  }
}

/**
 * One transaction: the key, the prices, the stock, the payment with its posting, the order with its history.
 * @param {import('pg').Pool} pool @param {string} key @param {OrderRequest} request
 * @returns {Promise<{ order: ReturnType<typeof viewOf>, replayed: boolean }>}
 */
export async function placeOrder(pool, key, request) {
  const use = { key: digestOf(key), fingerprint: digestOf(JSON.stringify(request)) };
  const id = newId('ord');
  const tx = await pool.connect();
  let broken;
  try {
    await tx.query('begin');
    // A twin that comes while we are open waits here for our commit.
    if (!(await useKey(tx, use, id))) {
      await tx.query('rollback');
      return { order: await replayOf(pool, use), replayed: true };
    }
    const order = await settle(tx, id, request);
    await tx.query('commit');
    return { order: viewOf(order), replayed: false };
  } catch (error) {
    await tx.query('rollback').catch((failure) => {
      broken = failure;
    });
    throw error;
  } finally {
    tx.release(broken);
  }
}

/** @param {import('pg').Pool} pool @param {string} id */
export async function findOrder(pool, id) {
  const order = await readOrder(pool, id);
  return order && viewOf(order);
}

/** @param {import('pg').PoolClient} tx @param {string} id @param {OrderRequest} request @returns {Promise<Order>} */
async function settle(tx, id, request) {
  const products = await lockProducts(
    tx,
    request.lines.map(({ sku }) => sku),
  );
  const order = decide(id, request, products);
  const paymentId = order.paymentId;
  if (order.status === 'confirmed') await takeStock(tx, order.lines);
  await insertOrder(tx, order);
  if (paymentId !== null && order.totalAmount !== null) {
    const status = order.status === 'confirmed' ? 'captured' : 'declined';
    await insertPayment(tx, {
      ...order,
      paymentId,
      amount: order.totalAmount,
      method: request.payment.method,
      status,
    });
  }
  return order;
}

/**
 * @param {string} id @param {OrderRequest} request
 * @param {ReadonlyMap<string, import('./statements.mjs').Product>} products
 * @returns {Order}
 */
function decide(id, { customerId, currency, lines, payment, metadata = {} }, products) {
  const at = new Date().toISOString();
  const base = { id, version: 2, customerId, currency, metadata, createdAt: at, updatedAt: at };
  const priced = [];
  let totalAmount = 0;
  for (const { sku, quantity } of lines) {
    const product = products.get(sku);
    const code = refusalOf(product, quantity, currency);
    if (!product || code)
      return { ...base, status: 'rejected', reason: code, lines: [], totalAmount: null, paymentId: null };
    priced.push({ sku, name: product.name, quantity, unitAmount: product.priceAmount });
    totalAmount += product.priceAmount * quantity;
  }
  const approved = payment.method === 'tok_visa';
  const ending = approved
    ? { status: /** @type {const} */ ('confirmed'), reason: null }
    : { status: /** @type {const} */ ('cancelled'), reason: 'payment_declined' };
  return { ...base, ...ending, lines: priced, totalAmount, paymentId: newId('pay') };
}

/** @param {import('./statements.mjs').Product | undefined} product @param {number} quantity @param {string} currency */
function refusalOf(product, quantity, currency) {
  if (!product) return 'unknown_product';
  if (!product.active) return 'inactive_product';
  if (product.priceCurrency !== currency) return 'currency_mismatch';
  return product.onHand < quantity ? 'out_of_stock' : null;
}

/** @param {import('pg').Pool} pool @param {{ key: string, fingerprint: string }} use */
async function replayOf(pool, { key, fingerprint }) {
  const { rows } = await pool.query({
    name: 'find-key',
    text: 'select fingerprint, order_id as "orderId" from idempotency_keys where key = $1',
    values: [key],
  });
  // The twin that held the key has rolled back in the meantime.
  if (!rows[0]) throw new Refused(409, 'idempotency-key-in-use');
  if (rows[0].fingerprint !== fingerprint) throw new Refused(422, 'idempotency-key-reused');
  const order = await findOrder(pool, rows[0].orderId);
  if (!order) throw new Error(`${rows[0].orderId} has a key but no row`);
  return order;
}

/** The order as clients see it. @param {Order} order */
function viewOf({ lines, totalAmount, reason, ...order }) {
  const money = (/** @type {number} */ amount) => ({ amount, currency: order.currency });
  return {
    ...order,
    lines: lines.map(({ sku, name, quantity, unitAmount }) => ({
      sku,
      name,
      quantity,
      fulfilledQuantity: 0,
      unitPrice: money(unitAmount),
      total: money(unitAmount * quantity),
    })),
    total: totalAmount === null ? null : money(totalAmount),
    reason: reason === null ? null : { code: reason },
    expiresAt: null,
  };
}

/** UUIDv7, so that neighbours in time are neighbours in the index. @param {string} prefix */
function newId(prefix) {
  return `${prefix}_${randomUUIDv7().replaceAll('-', '')}`;
}

/** SHA-256, cut to 128 bits, as text of a uuid. @param {string} text */
function digestOf(text) {
  const hex = hash('sha256', text, 'hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
