import { setTimeout as pause } from 'node:timers/promises';
import { controlServer } from '#testing';
import { type Client } from './client.js';
import { Load } from './load.js';
import { expectNothingLost } from './nothing-lost.js';
import { Oracle } from './oracle.js';
import { Shop } from './shop.js';

const SKUS = ['A', 'B', 'C'];
const ORDERS = 200;
/** From the moment that the servers take connections again. */
const READY_MS = 15_000;
/** Of each process to the broker. */
const CONNECTIONS = 2;

let oracle: Oracle;
let shop: Shop;
let client: Client;

beforeAll(async () => {
  oracle = await Oracle.open();
  shop = await Shop.open({ env: { ...oracle.env, RECONCILE_INTERVAL_MS: '200' } });
  client = shop.client();
  for (const sku of SKUS) await client.stocked(sku, 100_000);
});
afterAll(async () => {
  await shop?.close();
  await oracle?.close();
});

const order = (n: number) => ({ sku: SKUS[n % SKUS.length] as string, method: 'tok_visa' });

/** Breaks something in the middle of a load, and sees that it was felt, that it is over, and that nothing is lost. */
async function underLoad(breakAndHeal: () => Promise<unknown>): Promise<Load> {
  const pids = shop.stack.processes.map(({ pid }) => pid);
  const load = new Load(client, { orders: ORDERS, clients: 16, endless: true, order });
  await load.reached(60);
  await breakAndHeal();
  const healed = performance.now();
  await Promise.all(shop.stack.processes.map((service) => service.ready()));
  expect(performance.now() - healed).toBeLessThan(READY_MS);
  await expectNothingLost(shop, load);
  await oracle.expectSameBooks(shop);
  expect(load.accepted.size).toBeGreaterThanOrEqual(ORDERS);
  expect(load.failures.length).toBeGreaterThan(0);
  // Nobody had to be started again.
  expect(shop.stack.processes.map(({ pid, isRunning }) => isRunning && pid)).toEqual(pids);
  return load;
}

test('a restart of the broker in the middle of 200 orders loses and doubles nothing', () =>
  underLoad(() => controlServer('broker', 'restart')));

test('a kill -9 of the broker in the middle of 200 orders loses and doubles nothing', () =>
  underLoad(() => controlServer('broker', 'kill')));

test('a restart of PostgreSQL in the middle of 200 orders loses and doubles nothing', () =>
  underLoad(() => controlServer('database', 'restart')));

test('a kill -9 of PostgreSQL in the middle of 200 orders loses and doubles nothing', () =>
  underLoad(() => controlServer('database', 'kill')));

test('a kill -9 of both at once loses and doubles nothing', () =>
  underLoad(() => Promise.all([controlServer('broker', 'kill'), controlServer('database', 'kill')])));

test('all connections to the broker cut, again and again, lose and double nothing', async () => {
  const known = new Set<string>();
  const load = await underLoad(async () => {
    for (let i = 0; i < 2; i++) await cutConnections(known);
  });
  expect(load.failures.filter((failure) => failure !== '503' && failure !== '504')).toEqual([]);
});

/** Those that were made since the last time, as soon as the management of the broker knows them all. */
async function cutConnections(known: Set<string>): Promise<void> {
  for (const deadline = Date.now() + 10_000; ; await pause(100)) {
    const path = `/api/vhosts/${shop.broker.vhost}/connections`;
    const names = (await shop.broker.manage<{ name: string }[]>('GET', path)).map(({ name }) => name);
    const made = names.filter((name) => !known.has(name));
    if (made.length === CONNECTIONS * shop.stack.processes.length) {
      for (const name of made) {
        known.add(name);
        await shop.broker.manage('DELETE', `/api/connections/${encodeURIComponent(name)}`);
      }
      return;
    }
    if (Date.now() > deadline) throw new Error(`${made.length} new connections, ${names.length} in all`);
  }
}
