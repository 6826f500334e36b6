import { setTimeout as pause } from 'node:timers/promises';
import { SERVICES } from '../e2e/books.js';
import { withFullHands } from '../e2e/full-hands.js';
import { Load } from '../e2e/load.js';
import { expectNothingLost } from '../e2e/nothing-lost.js';
import { Shop } from '../e2e/shop.js';
import { type Course, courseOf } from './course.js';
import { RabbitCluster } from './rabbit-cluster.js';
import { type RabbitNode } from './rabbit-node.js';
import { type Facts, report, summary } from './report.js';

const SKUS = ['A', 'B', 'C'];
const ROUNDS = Number(process.env.WAYBILL_CLUSTER_ROUNDS ?? 1);
const CLIENTS = 8;
/** Of one round. */
const PATIENCE_MS = 300_000;
/** Accepted before, while (where anything can be), and after the fault. */
const SOME = 60;
const OUTAGE_MS = 30_000;
/** Between two steps of a fault that has several. */
const PAUSED_MS = 3_000;
/** Where all that has to be sent waits. */
const QUEUE = 'stock.commands';

const APART = 'nodes restarted, for they stayed apart';

let cluster: RabbitCluster;
let shop: Shop;

beforeAll(async () => {
  cluster = await RabbitCluster.start(`${process.env.WAYBILL_TEST_FOLDER}/rabbit-cluster`);
  process.env.WAYBILL_TEST_BROKER_URL = cluster.url;
  process.env.WAYBILL_TEST_MANAGEMENT_URL = cluster.managementUrl;
  shop = await Shop.open();
  for (const sku of SKUS) await shop.client().stocked(sku, 10_000_000);
});
afterAll(async () => {
  try {
    await shop?.close();
  } finally {
    await cluster?.stop();
  }
});

const order = (n: number) => ({ sku: SKUS[n % SKUS.length] as string, method: 'tok_visa' });

/** Orders go on all the time while something breaks and heals; then all that was accepted is there, once. Each round anew. */
async function underLoad(
  what: string,
  happen: (load: Load, facts: Record<string, number>) => Promise<unknown>,
): Promise<void> {
  const seen: { course: Course; facts: Facts }[] = [];
  while (seen.length < ROUNDS) {
    process.stdout.write(`… ${what}, round ${seen.length + 1} of ${ROUNDS}\n`);
    seen.push(await round(happen));
  }
  report(what, summary(seen));
}

async function round(
  happen: (load: Load, facts: Record<string, number>) => Promise<unknown>,
): Promise<{ course: Course; facts: Facts }> {
  const facts: Record<string, number> = {};
  const endless = { orders: 0, endless: true, patienceMs: PATIENCE_MS };
  const load = new Load(shop.client(), { ...endless, clients: CLIENTS, order });
  let [brokenAt, healedAt] = [new Date(), new Date()];
  try {
    await load.reached(SOME);
    brokenAt = new Date();
    await happen(load, facts);
    healedAt = new Date();
    await load.reached(load.accepted.size + SOME);
    await cluster.untilWhole(shop.broker.vhost);
  } finally {
    await load.done();
  }
  await expectNothingLost(shop, load);
  return { course: await courseOf(shop, load, { brokenAt, healedAt }), facts };
}

const more = (load: Load) => load.reached(load.accepted.size + SOME);
const leader = (): Promise<RabbitNode> => cluster.leaderOf(shop.broker.vhost, QUEUE);

test('every queue that must outlast a node is on all three', async () => {
  await cluster.untilWhole(shop.broker.vhost);
  const outlasting = async () =>
    (await cluster.queues(shop.broker.vhost)).filter(({ type }) => type === 'quorum' || type === 'stream');
  let replicated = await outlasting();
  // The management hears of the members of a queue some seconds after the queue itself.
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await pause(500)) {
    if (replicated.every(({ members }) => members)) break;
    replicated = await outlasting();
  }
  expect(replicated.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      ...SERVICES.map((service) => `${service}.rpc`),
      QUEUE,
      'order.dead',
      'waybill.event-log',
    ]),
  );
  expect(replicated.filter(({ members }) => members?.length !== 3)).toEqual([]);
});

test('a kill -9 of the leader', () =>
  underLoad('kill -9 of the leader', async (load) => {
    const node = await leader();
    await node.kill();
    await more(load);
    await cluster.revive(node);
  }));

test('a leader that is paused, and goes on', () =>
  underLoad('paused leader', async (load, facts) => {
    const node = await leader();
    node.signal('SIGSTOP');
    await more(load);
    node.signal('SIGCONT');
    facts[APART] = await cluster.rejoin(shop.broker.vhost);
  }));

test('a majority that is away for half a minute', () =>
  underLoad('majority lost for 30 s', async (_, facts) => {
    const lost = cluster.nodes.slice(1);
    await withFullHands(shop, SERVICES, () => Promise.all(lost.map((node) => node.kill())));
    Object.assign(facts, await outage());
    await Promise.all(lost.map((node) => cluster.revive(node)));
  }));

/** Nothing is taken, and that is said; what was to be sent waits in the outboxes. */
async function outage(): Promise<Facts> {
  const end = Date.now() + OUTAGE_MS;
  let slowestMs = 0;
  let waiting = 0;
  const statuses = new Set<number>();
  while (Date.now() < end) {
    const begun = performance.now();
    const { status } = await shop.client().place(order(0));
    slowestMs = Math.max(slowestMs, performance.now() - begun);
    statuses.add(status);
    for (const service of SERVICES)
      waiting = Math.max(waiting, (await shop.books.rows(service, 'select 1 from outbox')).length);
    await pause(500);
  }
  expect([...statuses]).toEqual(expect.arrayContaining([503]));
  expect([...statuses].filter((status) => status !== 503 && status !== 504)).toEqual([]);
  expect(waiting).toBeGreaterThan(0);
  return {
    'slowest answer meanwhile, ms': Math.round(slowestMs),
    'most in an outbox': waiting,
  };
}

test('a rolling restart of the nodes', () =>
  underLoad('rolling restart of the nodes', async (load) => {
    for (const node of cluster.nodes) {
      await node.stop();
      await more(load);
      await cluster.revive(node);
      await cluster.untilWhole(shop.broker.vhost);
    }
  }));

test('nodes that are paused one after the other, and go on in another order', () =>
  underLoad('all nodes paused, one after the other', async (_, facts) => {
    for (const node of cluster.nodes) {
      node.signal('SIGSTOP');
      await pause(PAUSED_MS);
    }
    for (const node of cluster.nodes.toSorted(() => Math.random() - 0.5)) {
      node.signal('SIGCONT');
      await pause(PAUSED_MS);
    }
    facts[APART] = await cluster.rejoin(shop.broker.vhost);
  }));
