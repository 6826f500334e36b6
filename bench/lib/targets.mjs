import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { NODE_FLAGS } from '../../tools/infra/node-flags.mjs';
import { HttpClient } from './http-client.mjs';
import { MonolithBooks } from './monolith-books.mjs';
import { CHECK_MS, WaybillBooks } from './waybill-books.mjs';
import { Worker } from './worker.mjs';

/**
 * Something that takes orders over HTTP.
 * @typedef {object} Target
 * @property {string} name
 * @property {string} url
 * @property {readonly string[]} [urls] when there are several
 * @property {string} apiKey
 * @property {import('./processes.mjs').Groups} groups its own processes
 * @property {Books} books
 * @property {(sku: string, count: number) => Promise<void>} putOnSale one more product
 * @property {() => Promise<unknown>} close
 */
/** @typedef {import('./infra.mjs').Infra} Infra */
/**
 * Waybill in processes, databases and a vhost of our own.
 * @typedef {Target & { books: WaybillBooks, stack: import('#testing').Stack, infra: Infra, vhost: string }} WaybillTarget
 */
/** @typedef {{ replicas?: number, name?: string, env?: Record<string, string> }} Shape `replicas` of each process, 1 unless told; `env`: what else they are told */
/**
 * @typedef {object} Books
 * @property {(placed: readonly { id: string, status: string }[], lost: number) => Promise<string[]>} afterRun
 *   is every accepted order there exactly once and confirmed? In words what is wrong; `lost` requests had no answer.
 * @property {() => Promise<string[]>} atEnd every invariant; in words which are broken
 */

export const SKUS = Array.from({ length: 1_000 }, (_, i) => `BENCH-${String(i).padStart(4, '0')}`);
export const ON_HAND = 1_000_000;
const SEEDERS = 16;

const PRODUCTS = `insert into products select sku, 'Product ' || sku, 100 + n * 7 % 5000, 'EUR', true, $2, 1
  from unnest($1::text[]) with ordinality as s(sku, n)`;

/** @param {Infra} infra @returns {Promise<Target>} */
export async function openMonolith(infra) {
  const databaseUrl = await infra.database('monolith');
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2, statement_timeout: CHECK_MS });
  pool.on('error', () => undefined);
  await pool.query(await readFile(new URL('../monolith/schema.sql', import.meta.url), 'utf8'));
  await pool.query(PRODUCTS, [SKUS, ON_HAND]);
  await pool.query('vacuum analyze products');
  const apiKey = randomBytes(24).toString('base64url');
  const worker = await Worker.start('monolith.mjs', { databaseUrl, apiKey }, NODE_FLAGS);
  return {
    name: 'monolith',
    url: worker.info.url,
    apiKey,
    groups: { monolith: () => [worker.pid] },
    books: new MonolithBooks(pool, ON_HAND),
    putOnSale: async (sku, count) => {
      await pool.query(PRODUCTS, [[sku], count]);
    },
    close: async () => {
      await worker.stop();
      await pool.end();
    },
  };
}

/** All four services of dist/. @param {Infra} infra @param {Shape} [shape] @returns {Promise<WaybillTarget>} */
export async function openWaybill(infra, { replicas = 1, name = 'waybill', env: more } = {}) {
  const { Stack } = await import('#testing').catch((error) => {
    throw new Error(`Waybill is not built (npm run build): ${error.message}`);
  });
  const services = /** @type {const} */ (['order', 'payment', 'stock']);
  const [brokerUrl, ...urls] = await Promise.all([
    infra.vhost('waybill'),
    ...services.map((service) => infra.database(service)),
  ]);
  const databaseUrls = /** @type {Record<typeof services[number], string>} */ (
    Object.fromEntries(services.map((service, i) => [service, urls[i]]))
  );
  const env = { NODE_ENV: 'production', LOG_LEVEL: 'info', ...more };
  const names = /** @type {const} */ (['gateway', ...services]);
  const each = Object.fromEntries(names.map((process) => [process, replicas]));
  const stack = await Stack.start({ brokerUrl, databaseUrls, env, replicas: each });
  const books = new WaybillBooks(databaseUrls);
  /** @type {Promise<unknown> | undefined} */
  let closed;
  const stop = async () => {
    await stack.stop();
    await books.close();
  };
  const target = {
    name,
    url: stack.url,
    urls: stack.all('gateway').map(({ url }) => url),
    apiKey: stack.apiKey,
    groups: Object.fromEntries(
      names.map((process) => [process, () => stack.all(process).map(({ pid = 0 }) => pid)]),
    ),
    books,
    stack,
    infra,
    putOnSale: (/** @type {string} */ sku, /** @type {number} */ count) => stockUp(target, [sku], count),
    vhost: `${infra.name}_waybill`,
    // Whoever does not need it any more closes it before the stage does.
    close: () => {
      closed ??= stop();
      return closed;
    },
  };
  try {
    await stockUp(target);
    return target;
  } catch (error) {
    await target.close();
    throw error;
  }
}

/** Puts products on sale, through the front door. @param {Pick<Target, 'url' | 'apiKey'>} target @param {readonly string[]} [skus] @param {number} [count] of each */
export async function stockUp({ url, apiKey }, skus = SKUS, count = ON_HAND) {
  const headers = `authorization: Bearer ${apiKey}\r\n`;
  const left = [...skus.entries()];
  const seeder = async () => {
    const client = new HttpClient(url);
    const send = async (
      /** @type {string} */ method,
      /** @type {string} */ path,
      /** @type {object} */ body,
    ) => {
      const key = `idempotency-key: ${randomUUID()}\r\n`;
      const answer = await client.send(method, path, headers + key, JSON.stringify(body));
      if (answer.status >= 300) throw new Error(`${method} ${path}: HTTP ${answer.status} ${answer.body}`);
    };
    for (let next = left.pop(); next; next = left.pop()) {
      const [n, sku] = next;
      const price = { amount: 100 + ((n * 7) % 5_000), currency: 'EUR' };
      await send('PUT', `/v1/products/${sku}`, { name: `Product ${sku}`, price });
      await send('POST', `/v1/stock/${sku}/adjustments`, { delta: count, reason: 'received' });
    }
    client.close();
  };
  await Promise.all(Array.from({ length: SEEDERS }, seeder));
}
