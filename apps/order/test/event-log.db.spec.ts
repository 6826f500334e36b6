import { newId } from '#contracts';
import { type Database } from '#persistence';
import { type TestDatabase, testDatabase } from '#testing';
import {
  advanceReader,
  bundlesAfter,
  endLease,
  insertBundles,
  outdatedBundles,
  positionOf,
  takeLease,
} from '../src/event-log.store.js';
import { ReportsHandlers } from '../src/reports.handlers.js';
import { type LoggedBundle } from '../src/sales.js';

let here: TestDatabase;
beforeAll(async () => {
  here = await testDatabase('order');
});
afterAll(() => here?.drop());
beforeEach(async () => {
  await here.database.query('truncate event_log');
  await here.database.query(
    `update event_log_reader set holder = null, lease_until = '-infinity', next_offset = null, last_position = 0, as_of = null`,
  );
});

const ASOF = '2026-11-25T10:00:00.000Z';
const to = (lastPosition: number) => ({ nextOffset: lastPosition, lastPosition, asOf: ASOF });
const bundle = (change: Partial<LoggedBundle> = {}): LoggedBundle => ({
  id: newId('msg'),
  type: 'order.confirmed.v1',
  source: 'order',
  at: ASOF,
  members: [{ id: 'msg_1.0', data: { note: '"quoted", with \\ and \u0000' } }],
  ...change,
});
const insert = (bundles: readonly LoggedBundle[], after = 0) =>
  here.database.transaction((tx) => insertBundles(tx, bundles, after));

describe('the reader of the log', () => {
  it('is one at a time; another takes over when its lease has ended, and it is told', async () => {
    const { database } = here;
    expect(await takeLease(database, 'one')).toMatchObject({ nextOffset: null, lastPosition: 0 });
    expect(await takeLease(database, 'two')).toBeUndefined();
    expect(await database.transaction((tx) => advanceReader(tx, 'one', to(5)))).toMatchObject({
      nextOffset: 5,
      lastPosition: 5,
    });
    await database.query(`update event_log_reader set lease_until = now() - interval '1 ms'`);
    expect(await takeLease(database, 'two')).toMatchObject({ nextOffset: 5 });
    await expect(database.transaction((tx) => advanceReader(tx, 'one', to(6)))).rejects.toThrow(/taken over/);
    expect(await takeLease(database, 'one')).toBeUndefined();
    await endLease(database, 'two');
    expect(await takeLease(database, 'one')).toMatchObject({ nextOffset: 5 });
  });

  it('never says that it knows less than before', async () => {
    const { database } = here;
    await takeLease(database, 'one');
    await database.transaction((tx) => advanceReader(tx, 'one', to(1)));
    const older = { ...to(2), asOf: '2026-11-25T09:00:00.000Z' };
    await database.transaction((tx) => advanceReader(tx, 'one', older));
    await database.transaction((tx) => advanceReader(tx, 'one', { ...to(2), asOf: null }));
    const { rows } = await database.query<{ as_of: Date }>('select as_of from event_log_reader');
    expect(rows[0]?.as_of.toISOString()).toBe(ASOF);
  });
});

describe('the messages of the log', () => {
  it('are kept once, in their order, byte for byte', async () => {
    const [first, second, third] = [bundle(), bundle({ type: 'stock.reserved.v1' }), bundle()];
    expect([...(await insert([first, second]))].sort()).toEqual([first.id, second.id].sort());
    expect([...(await insert([second, third], 2))]).toEqual([third.id]);
    const found = await bundlesAfter(here.database, 0, { limit: 10 });
    expect(found.map(({ id }) => id)).toEqual([first, second, third].map(({ id }) => id));
    const { rows } = await here.database.query<{ body: string }>(
      'select body::text as body from event_log limit 1',
    );
    expect(rows[0]?.body).toBe(JSON.stringify(first.members));
    const stock = await bundlesAfter(here.database, 0, { limit: 10, type: 'stock.reserved.v1' });
    expect(stock.map(({ id }) => id)).toEqual([second.id]);
    expect(await positionOf(here.database, third.id)).toBe(found[2]?.position);
  });

  it('are outdated from the oldest on, up to the first that is not', async () => {
    const days = (n: number) => new Date(Date.now() - n * 86_400_000).toISOString();
    await insert([
      bundle({ at: days(40) }),
      bundle({ at: days(31) }),
      bundle({ at: days(1) }),
      bundle({ at: days(35) }),
    ]);
    expect(await outdatedBundles(here.database, 30, 10)).toHaveLength(2);
    expect(await outdatedBundles(here.database, 30, 1)).toHaveLength(1);
    expect(await outdatedBundles(here.database, 60, 10)).toEqual([]);
  });
});

it('a rebuild that has begun is told of, though nothing can be read after it', async () => {
  const query = () => Promise.reject(new Error('no connection'));
  const transaction: Database['transaction'] = (work) => here.database.transaction(work);
  const reports = new ReportsHandlers({ query, transaction } as unknown as Database);
  expect(await reports.rebuild({ begin: true })).toMatchObject({ status: 'building' });
});
