import { appendFile } from 'node:fs/promises';
import { Load } from '../e2e/load.js';
import { expectNothingLost } from '../e2e/nothing-lost.js';
import { Changes } from './changes.js';
import { PROCESSES, TwoVersions } from './two-versions.js';

const { WAYBILL_COMPAT_FOLDER: folder = '', WAYBILL_COMPAT_RESULTS: results = '' } = process.env;
const ORDERS = Number(process.env.WAYBILL_COMPAT_ORDERS);
const CLIENTS = Number(process.env.WAYBILL_COMPAT_CLIENTS);
const SKUS = ['A', 'B', 'C'];
const STEP_MS = 600_000;

let shop: TwoVersions;
/** Each step begins with the processes that the one before it has left. */
let failed: string | undefined;

beforeAll(async () => {
  shop = await TwoVersions.open(folder);
  for (const sku of SKUS) await shop.client.stocked(sku, 1_000_000);
}, STEP_MS);
afterAll(() => shop?.close(), STEP_MS);

const order = (n: number) => ({ sku: SKUS[n % SKUS.length] as string, method: 'tok_visa' });
const both = (process: (typeof PROCESSES)[number], version: 'N−1' | 'N') => () => shop.put(process, version);

/** One act after the other while orders are placed; what was accepted before and between is changed under the mix of the moment. */
async function step(title: string, acts: readonly (() => Promise<unknown>)[] = []): Promise<void> {
  if (failed) throw new Error(`"${failed}" has failed before`);
  failed = title;
  const begun = performance.now();
  const share = Math.ceil(ORDERS / (acts.length + 1));
  const changes = new Changes();
  const load = new Load(shop.client, {
    orders: ORDERS,
    clients: CLIENTS,
    endless: true,
    patienceMs: STEP_MS / 2,
    order,
  });
  await load.reached(share);
  for (const act of acts) {
    await act();
    await Promise.all([
      changes.make(shop.client, load.accepted, share),
      load.reached(load.accepted.size + share),
    ]);
  }
  await changes.make(shop.client, load.accepted, share);
  await load.done();
  await shop.books.quiet();
  const lost = await lostOf(load, changes);
  const counts = { accepted: load.accepted.size, changed: changes.size, refused: load.failures.length, lost };
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  await appendFile(results, `${JSON.stringify({ step: title, ...counts, seconds })}\n`);
  const words = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  process.stderr.write(`  ${title}: ${words.join(', ')}, ${seconds} s\n`);
  await expectNothingLost(shop, load, changes.phaseOf);
  failed = undefined;
}

/** Counted apart, so that a report of a bad run says how many. */
async function lostOf(load: Load, changes: Changes): Promise<number> {
  const sql = 'select id, phase from orders where customer_id = $1';
  const rows = await shop.books.rows<{ id: string; phase: string }>('order', sql, [load.customerId]);
  const phases = new Map(rows.map(({ id, phase }) => [id, phase]));
  return [...load.accepted].filter(([n, id]) => phases.get(id) !== changes.phaseOf(n)).length;
}

test('N−1 serves alone', () => step('N−1 alone'), STEP_MS);

test(
  'N−1 serves on while N migrates its databases, and afterwards',
  async () => {
    let applied: string[] = [];
    await step('N migrates, N−1 serves', [async () => (applied = await shop.migrate())]);
    process.stderr.write(`  N has migrated: ${applied.join(', ')}\n`);
  },
  STEP_MS,
);

test.each(PROCESSES)(
  '%s of N serves with all others of N−1, comes and goes under load',
  (name) => step(`N−1, but ${name} N`, [both(name, 'N'), both(name, 'N−1')]),
  STEP_MS,
);

test(
  'a rolling update from N−1 to N loses nothing',
  () =>
    step(
      'rolling N−1 → N',
      PROCESSES.map((name) => both(name, 'N')),
    ),
  STEP_MS,
);

test.each(PROCESSES)(
  '%s of N−1 serves with all others of N, comes and goes under load',
  (name) => step(`N, but ${name} N−1`, [both(name, 'N−1'), both(name, 'N')]),
  STEP_MS,
);

test(
  'a rolling update back to N−1 loses nothing',
  () =>
    step(
      'rolling N → N−1',
      PROCESSES.toReversed().map((name) => both(name, 'N−1')),
    ),
  STEP_MS,
);

test(
  'and to N again',
  () =>
    step(
      'rolling N−1 → N, again',
      PROCESSES.map((name) => both(name, 'N')),
    ),
  STEP_MS,
);
