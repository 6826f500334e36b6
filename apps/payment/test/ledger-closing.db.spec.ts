import { setTimeout as pause } from 'node:timers/promises';
import { Database, type Queryable } from '#persistence';
import { type TestDatabase, testDatabase, warm } from '#testing';
import { LedgerHandlers } from '../src/ledger.handlers.js';
import { closeLedger, LedgerClosing } from '../src/ledger-closing.worker.js';
import { sumsBefore } from '../src/ledger-period.store.js';
import { violations } from './replica.js';

let testing: TestDatabase;
let database: Database;
/** As the service is, when it may only serve. */
let serving: Database;
let payments = 0;

beforeAll(async () => {
  testing = await testDatabase('payment');
  ({ database } = testing);
  serving = new Database({ url: testing.servingUrl, applicationName: 'serving' });
  await warm(serving);
});
afterAll(async () => {
  await serving?.close();
  await testing?.drop();
});
afterEach(async () => {
  expect(await broken()).toEqual([]);
  await database.query('truncate ledger_transfers, ledger_hours');
  await database.query('update ledger_closing set next_to = null, next_writers = null');
});

const NOON = '2026-11-23T12:00:00.000Z';
const LONG = 40_000;
const never = new AbortController().signal;

/** At so many seconds before or after noon. */
const at = (seconds: number): string => new Date(Date.parse(NOON) + seconds * 1_000).toISOString();

async function postCapture(db: Queryable, seconds: number, amount = 100, currency = 'EUR'): Promise<void> {
  await db.query(
    `insert into ledger_transfers (payment_id, journal, operation, debit, credit, amount, currency, at)
     values ($1, 'capture', 'capture', 'provider_clearing', 'sales', $2, $3, $4)`,
    [`pay_${payments++}`, amount, currency, at(seconds)],
  );
}

/** What one has seen is closed by the next. */
async function closeAll(): Promise<void> {
  await closeLedger(serving, never);
  await closeLedger(serving, never);
}

async function broken(): Promise<string[]> {
  return (await violations(database)).filter((name) => name.startsWith('what an hour of the ledger says'));
}

/** How many postings are in no sum yet. */
async function open(): Promise<number> {
  const { rows } = await database.query(
    'select count(*)::int as n from ledger_transfers where number > (select closed_to from ledger_closing)',
  );
  return rows[0].n;
}

interface Node {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly Node[];
}

/** How many postings a plan has looked at. */
function rowsRead(node: Node): number {
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const own =
    node['Relation Name'] === 'ledger_transfers' ? (node['Actual Rows'] + removed) * node['Actual Loops'] : 0;
  return (node.Plans ?? []).reduce((sum, plan) => sum + rowsRead(plan), own);
}

/** Debits by a time, from the hours and what is beside them. */
async function captured(seconds: number, db: Queryable = database): Promise<number> {
  const sums = await sumsBefore(db, at(seconds));
  return sums.find(({ account }) => account === 'provider_clearing')?.debit ?? 0;
}

/** The same, by adding up all that there is. */
async function added(seconds: number, db: Queryable): Promise<number> {
  const { rows } = await db.query(
    'select coalesce(sum(amount), 0)::float8 as sum from ledger_transfers where at < $1',
    [at(seconds)],
  );
  return rows[0].sum;
}

test('says of every moment what it said before the hours were closed', async () => {
  const moments = [-7_200, -3_600, -1, 0, 1, 1_800, 3_600, 9_000];
  for (const seconds of [-7_200, -3_599, -1, 0, 1, 1_800]) await postCapture(database, seconds);
  await postCapture(database, 0, 7, 'USD');
  const before = await Promise.all(moments.map((moment) => sumsBefore(database, at(moment))));
  await closeAll();
  expect(await open()).toBe(0);
  expect(await Promise.all(moments.map((moment) => sumsBefore(database, at(moment))))).toEqual(before);
  expect(before.at(-1)).toEqual([
    { account: 'provider_clearing', currency: 'EUR', debit: 600, credit: 0 },
    { account: 'sales', currency: 'EUR', debit: 0, credit: 600 },
    { account: 'provider_clearing', currency: 'USD', debit: 7, credit: 0 },
    { account: 'sales', currency: 'USD', debit: 0, credit: 7 },
  ]);
});

test('counts what is posted late in an hour that is closed, before and after it is added to it', async () => {
  await postCapture(database, -1_800);
  await closeAll();
  await postCapture(database, -1_800, 50);
  expect([await captured(-1_800), await captured(0)]).toEqual([0, 150]);
  await closeAll();
  expect(await open()).toBe(0);
  expect([await captured(-1_800), await captured(0)]).toEqual([0, 150]);
});

test('closes nothing behind which somebody may still commit, and everything when he has', async () => {
  await database.transaction(async (slow) => {
    await postCapture(slow, -1_800, 30);
    await postCapture(database, -1_800);
    for (let round = 0; round < 3; round++) await closeLedger(serving, never);
    expect([await open(), await captured(0)]).toEqual([1, 100]);
  });
  expect(await captured(0)).toBe(130);
  await closeLedger(serving, never);
  expect([await open(), await captured(0)]).toEqual([0, 130]);
});

test('says of a period what it began and ended with at one moment, while others post into the time before it', async () => {
  const ends = Date.now() + 1_000;
  const busy = () => Date.now() < ends || asked <= 10;
  const post = async (): Promise<void> => {
    while (busy()) await postCapture(serving, -7_200);
  };
  const handlers = new LedgerHandlers(database);
  let asked = 0;
  const ask = async (): Promise<void> => {
    while (busy()) {
      const { balances } = await handlers.list({ from: NOON, to: at(60), limit: 1 });
      expect(balances?.filter(({ opening, closing }) => opening !== closing)).toEqual([]);
      asked++;
    }
  };
  await Promise.all([post(), post(), ask()]);
  expect(asked).toBeGreaterThan(10);
});

test('tells of a transaction that has kept it from closing for five minutes, until it ends', async () => {
  const closing = new LedgerClosing(serving);
  await database.transaction(async (forgotten) => {
    await postCapture(forgotten, 0);
    await postCapture(database, 0);
    for (const seconds of [0, 60, 300]) await closing.round(never, seconds * 1_000);
    await expect(closing.round(never, 360_000)).rejects.toThrow(/5 minutes .* open: \d+\/\d+$/);
  });
  await closing.round(never, 420_000);
  expect(await open()).toBe(0);
});

test('reads little of a long ledger, also by a plan that was made when it was empty', async () => {
  const planned = new Database({ url: testing.url, applicationName: 'planned', max: 1 });
  await sumsBefore(planned, NOON);
  await database.query(
    `insert into ledger_transfers (payment_id, journal, operation, debit, credit, amount, currency, at)
     select 'pay_long_' || i, 'capture', 'capture', 'provider_clearing', 'sales', 1, 'EUR', $1::timestamptz + i * interval '1 second'
     from generate_series(1, ${LONG}) i`,
    [at(-LONG / 2)],
  );
  await database.query(
    `select brin_summarize_new_values('ledger_transfers_period'), brin_summarize_new_values('ledger_transfers_numbers')`,
  );
  await closeAll();
  const explained = await planned.query(
    `explain (analyze, format json) execute "ledger-sums-before"('${at(1_800)}')`,
  );
  await planned.close();
  expect(rowsRead(explained.rows[0]['QUERY PLAN'][0].Plan)).toBeLessThan(LONG / 8);
});

test('is exact at every moment, while some post and two replicas close', async () => {
  const ends = Date.now() + 2_000;
  const busy = () => Date.now() < ends || compared <= 10;
  const post = async (): Promise<void> => {
    while (busy()) {
      await serving.transaction(async (tx) => {
        await postCapture(tx, Math.floor(Math.random() * 14_400) - 7_200, 1 + Math.floor(Math.random() * 9));
        await pause(Math.random() * 20);
      });
    }
  };
  const close = async (): Promise<void> => {
    while (busy()) await closeLedger(serving, never);
  };
  let compared = 0;
  const compare = async (): Promise<void> => {
    while (busy()) {
      const moment = Math.floor(Math.random() * 14_400) - 7_200;
      const [said, counted] = await database.snapshot(async (tx) => [
        await captured(moment, tx),
        await added(moment, tx),
      ]);
      expect(said).toBe(counted);
      compared++;
    }
  };
  await Promise.all([post(), post(), post(), close(), close(), compare(), compare()]);
  expect(compared).toBeGreaterThan(10);
  await closeAll();
  expect(await open()).toBe(0);
});
