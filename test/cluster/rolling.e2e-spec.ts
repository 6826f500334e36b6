import { freePort, type ProcessName } from '#testing';
import { Load } from '../e2e/load.js';
import { expectNothingLost } from '../e2e/nothing-lost.js';
import { Shop } from '../e2e/shop.js';
import { Haproxy } from './haproxy.js';
import { report, tally } from './report.js';

const ROUNDS = Number(process.env.WAYBILL_CLUSTER_ROUNDS ?? 1);
const SKUS = ['A', 'B', 'C'];
const KINDS: readonly ProcessName[] = ['gateway', 'order', 'payment', 'stock'];
const TWO_OF_EACH = { gateway: 2, order: 2, payment: 2, stock: 2 };
const CLIENTS = 6;
/** So many orders tell what these processes can do here. */
const MEASURED = 150;
const SHARE = 0.7;
/** Accepted after each start, before the next stop. */
const BETWEEN = 10;
/** As docs/how-to/two-gateways.md says. */
const SHUTDOWN_DELAY_MS = '3000';
const PATIENCE_MS = ROUNDS * 400_000;

let shop: Shop;
let haproxy: Haproxy;

beforeAll(async () => {
  shop = await Shop.open({ replicas: TWO_OF_EACH, env: { SHUTDOWN_DELAY_MS, RPC_TIMEOUT_MS: '15000' } });
  const gateways = shop.stack.all('gateway').map(({ port }) => `127.0.0.1:${port}`) as [string, string];
  haproxy = await Haproxy.start({ port: await freePort(), statsPort: await freePort(), gateways });
  for (const sku of SKUS) await client().stocked(sku, 10_000_000);
});
afterAll(async () => {
  try {
    await shop?.close();
  } finally {
    await haproxy?.stop();
  }
});

const client = () => shop.client({ url: haproxy.url });
const order = (n: number) => ({ sku: SKUS[n % SKUS.length] as string, method: 'tok_visa' });

test(
  'every process may be stopped and started again, one after the other, without one failed request',
  async () => {
    const full = new Load(client(), { orders: MEASURED, clients: CLIENTS, order });
    const begun = performance.now();
    await full.done();
    const perSecond = (SHARE * MEASURED * 1_000) / (performance.now() - begun);
    const endless = { orders: 0, endless: true, patienceMs: PATIENCE_MS };
    const load = new Load(client(), { ...endless, clients: CLIENTS, perSecond, order });
    await load.reached(BETWEEN);
    for (let round = 0; round < ROUNDS; round++) await roll(load);
    await expectNothingLost(shop, load);
    expect(load.failures).toEqual([]);
    const [retried, lastResort] = await disturbances();
    report('rolling restart behind HAProxy', {
      rounds: ROUNDS,
      accepted: load.accepted.size,
      'orders per second': Math.round(perSecond),
      'p99 at full load, ms': p99(full),
      'p99 while rolling, ms': p99(load),
      'longest without an accepted order, ms': Math.round(load.longestGapMs),
      'tried again by HAProxy': retried,
      'while no gateway was ready': lastResort,
      'other answers': tally(load.failures),
    });
    // HAProxy had nothing to make good: who goes says so in time, and answers what it has taken. On a machine so busy that
    // nobody answers health checks in time HAProxy can't know, and asks whoever there is.
    expect(retried === 0 || lastResort > 0).toBe(true);
  },
  PATIENCE_MS + 100_000,
);

async function roll(load: Load): Promise<void> {
  for (const service of KINDS.flatMap((name) => shop.stack.all(name))) {
    expect(await service.stop()).toBe(0);
    await service.start();
    await haproxy.untilUp(2);
    await load.reached(load.accepted.size + BETWEEN);
  }
}

async function disturbances(): Promise<[number, number]> {
  const retries = await haproxy.count('haproxy_server_retry_warnings_total');
  return [retries, await haproxy.count('haproxy_server_sessions_total', 'last-resort')];
}

function p99({ tookMs }: Load): number {
  return Math.round(tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length * 0.99)] ?? 0);
}
