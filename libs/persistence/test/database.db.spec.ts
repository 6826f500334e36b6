import { Client } from 'pg';
import { type TestDatabase, testDatabase, warm } from '#testing';
import { classify, Database, findViolations, forgetDeliveries, mayHaveHappened } from '../src/index.js';

let testing: TestDatabase;
let database: Database;

beforeAll(async () => {
  testing = await testDatabase();
  database = testing.database;
  await database.query('create table notes (id integer primary key, text text not null)');
});
afterAll(() => testing?.drop());
beforeEach(() => database.query('delete from notes'));

const count = async (): Promise<number> =>
  Number((await database.query('select count(*) as n from notes')).rows[0].n);
const failure = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: Error) => error,
  );

test('rolls back what a transaction wrote before it failed', async () => {
  await failure(
    database.transaction(async (tx) => {
      await tx.query(`insert into notes values (1, 'a')`);
      throw new Error('no');
    }),
  );
  expect(await count()).toBe(0);
});

test('sees one moment in a snapshot, whatever is committed meanwhile, and writes nothing there', async () => {
  await database.snapshot(async (tx) => {
    const { rows: before } = await tx.query('select id from notes');
    await database.query(`insert into notes values (5, 'e')`);
    expect((await tx.query('select id from notes')).rows).toEqual(before);
  });
  expect(await count()).toBe(1);
  const written = failure(database.snapshot((tx) => tx.query(`insert into notes values (6, 'f')`)));
  expect(await written).toMatchObject({ code: '25006' });
});

test('has the effect of a message once, however often and however concurrently it is delivered', async () => {
  const delivery = { consumer: 'notes', messageId: 'msg_1' };
  const once = () =>
    database.once(delivery, async (tx) => void (await tx.query(`insert into notes values (2, 'b')`)));
  await Promise.all(Array.from({ length: 20 }, once));
  expect(await count()).toBe(1);
});

test('does not count a message as seen when its work failed', async () => {
  const delivery = { consumer: 'notes', messageId: 'msg_2' };
  await failure(database.once(delivery, () => Promise.reject(new Error('no'))));
  await database.once(delivery, async (tx) => void (await tx.query(`insert into notes values (3, 'c')`)));
  expect(await count()).toBe(1);
});

test('forgets deliveries that are older than any redelivery', async () => {
  await database.query(
    `insert into inbox values ('old', 'm', now() - interval '31 days'), ('new', 'm', now())`,
  );
  expect(await forgetDeliveries(database)).toBe(1);
});

test('drops a connection that was cut, and goes on with another', async () => {
  const cut = failure(
    database.transaction(async (tx) => {
      const { rows } = await tx.query('select pg_backend_pid() as pid');
      const admin = new Client({ connectionString: testing.url });
      await admin.connect();
      await admin.query('select pg_terminate_backend($1)', [rows[0].pid]);
      await admin.end();
      await tx.query(`insert into notes values (4, 'd')`);
    }),
  );
  expect(classify(await cut)).toBe('transient');
  expect(await count()).toBe(0);
});

test('tells within half a second when no connection is free', async () => {
  const small = new Database({ url: testing.url, applicationName: 'small', max: 1 });
  await warm(small, 1);
  const [holds, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const held = small.transaction(() => {
    holds.resolve();
    return release.promise;
  });
  await holds.promise;
  const error = await failure(small.query('select 1'));
  release.resolve();
  await held;
  await small.close();
  expect(classify(error)).toBe('transient');
  expect(mayHaveHappened(error)).toBe(false);
});

test('lets an invariant read for longer than it would wait for any other answer', async () => {
  const hasty = new Database({ url: testing.url, applicationName: 'hasty', answerMs: 2_000 });
  const slow = { id: 'A0', name: 'slow', sql: 'select 1 as one from pg_sleep(3)' };
  const found = await findViolations(hasty, [slow]);
  await hasty.close();
  expect(found).toEqual({
    broken: [{ id: 'A0', name: 'slow', rows: [{ one: 1 }] }],
    unanswered: [],
    leftOut: [],
  });
});

test('plans an invariant as PostgreSQL would by itself, unlike the statements of a service', async () => {
  const told = {
    id: 'A0',
    name: 'told otherwise',
    sql: `select name from pg_settings where setting <> boot_val
          and name ~ '^(plan_cache_mode|enable_.*|max_parallel_workers_per_gather)$'`,
  };
  expect(await findViolations(database, [told])).toMatchObject({ broken: [], unanswered: [] });
  expect((await database.query(told.sql)).rowCount).toBe(5);
});

test('tells what else is broken when one invariant takes too long, and which one that was', async () => {
  await database.query(
    'create function endless() returns int language plpgsql as $$ begin raise query_canceled; end $$',
  );
  const endless = { id: 'A1', name: 'endless', sql: 'select endless()' };
  const broken = { id: 'A2', name: 'broken', sql: 'select 1 as one' };
  expect(await findViolations(database, [endless, broken])).toEqual({
    broken: [{ id: 'A2', name: 'broken', rows: [{ one: 1 }] }],
    unanswered: [{ id: 'A1', name: 'endless', why: 'query_canceled' }],
    leftOut: [],
  });
});

test('tells what else is broken when one invariant fails of what is stored', async () => {
  const garbled = { id: 'A1', name: 'garbled', sql: 'select chr(120)::int' };
  const broken = { id: 'A2', name: 'broken', sql: 'select 1 as one' };
  expect(await findViolations(database, [garbled, broken])).toMatchObject({
    broken: [{ id: 'A2' }],
    unanswered: [{ id: 'A1', why: 'invalid input syntax for type integer: "x"' }],
    leftOut: [],
  });
});

test('comes to an end though each invariant takes its time, with what it has found and what it has not looked at', async () => {
  const broken = { id: 'A1', name: 'broken', sql: 'select 1 as one' };
  const slow = { id: 'A2', name: 'slow', sql: 'select 1 where pg_sleep(20) is null' };
  const sound = { id: 'A3', name: 'sound', sql: 'select 1 where false' };
  const begunAt = performance.now();
  expect(await findViolations(database, [broken, slow, sound], undefined, 2_000)).toEqual({
    broken: [{ id: 'A1', name: 'broken', rows: [{ one: 1 }] }],
    unanswered: [],
    leftOut: [slow, sound],
  });
  expect(performance.now() - begunAt).toBeLessThan(15_000);
});

test('reads through indexes with plans that do not depend on what a table held when they were made', async () => {
  const { rows } = await database.query('explain select * from notes where id = any($1::integer[])', [[1]]);
  expect(JSON.stringify(rows)).not.toContain('Seq Scan');
});

test('asks for no parallel workers, however cheap they seem', async () => {
  await database.query('create table many as select generate_series(1, 10000) as number; analyze many');
  const plan = await database.transaction(async (tx) => {
    await tx.query('set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0');
    await tx.query('set local min_parallel_table_scan_size = 0');
    return (await tx.query('explain select sum(number) from many')).rows;
  });
  expect(JSON.stringify(plan)).not.toContain('Gather');
});

test('takes the time from the database, not from the machine, even when the clock of that is changed', async () => {
  const { now } = Date;
  const sinceStart = performance.now.bind(performance);
  await database.ping();
  const changed = jest.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000);
  expect(Math.abs(await aheadOfDatabase())).toBeLessThan(60_000);
  changed.mockRestore();
  const fast = jest.spyOn(performance, 'now').mockImplementation(() => sinceStart() + 3_600_000);
  try {
    await database.ping();
    expect(Math.abs(await aheadOfDatabase())).toBeLessThan(60_000);
  } finally {
    fast.mockRestore();
    await database.ping();
  }
});

async function aheadOfDatabase(): Promise<number> {
  const { rows } = await database.query(`select extract(epoch from clock_timestamp()) * 1000 as ms`);
  return database.now().getTime() - Number(rows[0].ms);
}

test.each([
  ['a lost update', `do $$ begin perform waybill_expect(1, 2, 'x'); end $$`, 'conflict'],
  ['a key that is taken', `insert into notes values (9, 'x'), (9, 'y')`, 'conflict'],
  [
    'a text that can not be stored',
    `insert into notes values (9, E'\\\\x00'::bytea::text || repeat('x', -1) || 1/0)`,
    'invalid',
  ],
  ['a fault of ours', 'select nonsense', 'defect'],
])('classifies %s', async (_, sql, severity) => {
  expect(classify(await failure(database.query(sql)))).toBe(severity);
});
