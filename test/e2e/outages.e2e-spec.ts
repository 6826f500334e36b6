import { setTimeout as pause } from 'node:timers/promises';
import { controlServer } from '#testing';
import { limitMemory } from '../../libs/messaging/test/broker-tool.js';
import { Load } from './load.js';
import { expectNothingLost } from './nothing-lost.js';
import { Oracle } from './oracle.js';
import { Shop } from './shop.js';

const SKUS = ['A', 'B', 'C'];
const ORDERS = 200;
/** From the moment that the servers take connections again. */
const READY_MS = 15_000;
/** Of each process to the broker. */
/** Of each process; whoever reads the event log has one more. */
const CONNECTIONS = 2;

/** What breaks, and heals, in the middle of 200 orders. */
const OUTAGES: Readonly<Record<string, () => Promise<unknown>>> = {
  'a restart of the broker': () => controlServer('broker', 'restart'),
  'a kill -9 of the broker': () => controlServer('broker', 'kill'),
  'a restart of PostgreSQL': () => controlServer('database', 'restart'),
  'a kill -9 of PostgreSQL': () => controlServer('database', 'kill'),
  'a kill -9 of both': () =>
    Promise.all([controlServer('broker', 'kill'), controlServer('database', 'kill')]),
  'a cut of all connections to the broker, and of the next ones': cutConnectionsTwice,
};

let oracle: Oracle;
let shop: Shop;
let pids: (number | undefined)[];
const stories = new Map<string, Story>();

/** One after the other. What an outage has delayed is looked at in the end, for all of them together. */
beforeAll(async () => {
  oracle = await Oracle.open();
  shop = await Shop.open({ env: { ...oracle.env, RECONCILE_INTERVAL_MS: '200' } });
  pids = shop.stack.processes.map(({ pid }) => pid);
  for (const sku of SKUS) await shop.client().stocked(sku, 100_000);
  for (const [outage, happen] of Object.entries(OUTAGES)) stories.set(outage, await underLoad(happen));
}, 400_000);
afterAll(async () => {
  await shop?.close();
  await oracle?.close();
});

interface Story {
  readonly load: Load;
  readonly before: Signs;
  readonly after: Signs;
  /** From the moment that the servers took connections again until all processes said that they were ready. */
  readonly readyMs: number;
  /** Orders accepted by then. */
  readonly accepted: number;
}

interface Signs {
  readonly connectionsLost: number;
  readonly databaseStarted: string | undefined;
}

async function underLoad(happen: () => Promise<unknown>): Promise<Story> {
  const before = await signs();
  // Half of the clients don't wait: so there is always something in hand, everywhere.
  const order = (n: number) => ({
    sku: SKUS[n % SKUS.length] as string,
    method: 'tok_visa',
    wait: n % 2 === 0 ? 0 : 2,
  });
  const load = new Load(shop.client(), { orders: ORDERS, clients: 16, endless: true, order });
  await load.reached(60);
  await happen();
  const healed = performance.now();
  await Promise.all(shop.stack.processes.map((service) => service.ready()));
  const readyMs = performance.now() - healed;
  const accepted = load.accepted.size;
  await load.done();
  return { load, before, after: await signs(), readyMs, accepted };
}

/** That something was broken shows there. */
async function signs(): Promise<Signs> {
  const connectionsLost = await shop.stack.of('order').metric('waybill_broker_connections_lost_total');
  const sql = 'select pg_postmaster_start_time()::text as started';
  const [row] = await shop.books.rows<{ started: string }>('order', sql);
  return { connectionsLost, databaseStarted: row?.started };
}

test.each(Object.keys(OUTAGES))(
  '%s in the middle of 200 orders loses and doubles nothing',
  async (outage) => {
    const { load, before, after, readyMs, accepted } = stories.get(outage) as Story;
    expect(after).not.toEqual(before);
    await expectNothingLost(shop, load);
    await oracle.expectSameBooks(shop);
    expect(readyMs).toBeLessThan(READY_MS);
    expect(load.accepted.size).toBeGreaterThanOrEqual(ORDERS);
    expect(load.accepted.size).toBeGreaterThan(accepted);
    // Whoever reached the gateway was told what became of the request.
    expect(load.failures.filter((failure) => failure !== '503' && failure !== '504')).toEqual([]);
  },
);

test('no process had to be started again', () => {
  expect(shop.stack.processes.map(({ pid, isRunning }) => isRunning && pid)).toEqual(pids);
});

test('an alarm of the broker is answered for with 503, at once, until it is over', async () => {
  const client = shop.client();
  const place = () => client.place({ sku: 'A', method: 'tok_visa' });
  const waited = () => shop.stack.of('gateway').metric('waybill_rpc_timeouts_total');
  await limitMemory(0.0001);
  try {
    // It tells a connection only when that publishes the next time: the first requests may have been sent.
    await until(async () => (await place()).status === 503);
    const before = await waited();
    const answer = await place();
    expect(answer).toMatchObject({ status: 503, body: { type: '/problems/service-unavailable' } });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await waited()).toBe(before);
  } finally {
    await limitMemory(0.4);
  }
  await until(async () => (await place()).status === 201);
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await isSo()); await pause(50)) {
    if (Date.now() > deadline) throw new Error('not within 30 s');
  }
}

async function cutConnectionsTwice(): Promise<void> {
  const known = new Set<string>();
  for (let i = 0; i < 2; i++) await cutConnections(known);
}

/** Those that were made since the last time, as soon as the management of the broker knows them all. */
async function cutConnections(known: Set<string>): Promise<void> {
  for (const deadline = Date.now() + 30_000; ; await pause(100)) {
    const path = `/api/vhosts/${shop.broker.vhost}/connections`;
    const names = (await shop.broker.manage<{ name: string }[]>('GET', path)).map(({ name }) => name);
    const made = names.filter((name) => !known.has(name));
    if (made.length === CONNECTIONS * shop.stack.processes.length + 1) {
      for (const name of made) {
        known.add(name);
        const cut = shop.broker.manage('DELETE', `/api/connections/${encodeURIComponent(name)}`);
        // Whoever has looked how far the event log reaches is gone already.
        await cut.catch((error: Error) => {
          if (!error.message.includes('HTTP 404')) throw error;
        });
      }
      return;
    }
    if (Date.now() > deadline) throw new Error(`${made.length} new connections, ${names.length} in all`);
  }
}
