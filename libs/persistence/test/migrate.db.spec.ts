import { readdir } from 'node:fs/promises';
import { Client } from 'pg';
import { type TestDatabase, testDatabase } from '#testing';
import { Database, DatabaseBehind, type Migration, migrate, migrationsOf } from '../src/index.js';

let testing: TestDatabase;

const first = { name: '0001_tea.sql', sql: 'create table tea (name text)' };
const second = { name: '0002_leaf.sql', sql: 'create table leaf (name text)' };
const tables = async (): Promise<string[]> => {
  const { rows } = await testing.database.query(
    "select table_name as name from information_schema.tables where table_name in ('tea', 'leaf') order by 1",
  );
  return rows.map(({ name }) => name);
};

beforeEach(async () => {
  testing = await testDatabase();
});
afterEach(() => testing.drop());

test('applies each file once, in order, and says which', async () => {
  expect(await migrate(testing.url, [first])).toEqual(['0001_tea.sql']);
  expect(await migrate(testing.url, [first, second])).toEqual(['0002_leaf.sql']);
  expect(await migrate(testing.url, [first, second])).toEqual([]);
  expect(await tables()).toEqual(['leaf', 'tea']);
});

test('lets ten processes that start at once apply each file once', async () => {
  const applied = await Promise.all(Array.from({ length: 10 }, () => migrate(testing.url, [first, second])));
  expect(applied.flat().sort()).toEqual(['0001_tea.sql', '0002_leaf.sql']);
});

test('refuses a file that was changed after it had been applied', async () => {
  await migrate(testing.url, [first]);
  const changed = { ...first, sql: `${first.sql}; -- a comment` };
  await expect(migrate(testing.url, [changed])).rejects.toThrow('0001_tea.sql was changed');
});

test('leaves nothing of a file that fails half-way, and names it', async () => {
  const broken = {
    name: '0002_broken.sql',
    sql: 'create table leaf (name text); create table tea (name text)',
  };
  await expect(migrate(testing.url, [first, broken, second])).rejects.toThrow('0002_broken.sql failed');
  expect(await tables()).toEqual(['tea']);
});

test('takes the files of the library before those of the service', async () => {
  const names = (await migrationsOf('order')).map(({ name }) => name);
  const library = await readdir('libs/persistence/migrations');
  const files = library.filter((name) => name.endsWith('.sql')).sort();
  expect(names.slice(0, files.length + 1)).toEqual([...files, '0001_orders.sql']);
});

test('starts on what a newer version has migrated', async () => {
  await migrate(testing.url, [first, second]);
  expect(await migrate(testing.url, [first])).toEqual([]);
});

describe('a role that may not migrate', () => {
  /** The test's database begins with those of the library: without them, a list would be that of an older version. */
  const all = async (...own: Migration[]): Promise<Migration[]> => [...(await migrationsOf('none')), ...own];
  const serving = {
    role: 'wb_test_serving',
    rights: new Map([
      ['migrations', ['select']],
      ['tea', ['select']],
    ]),
  };

  test('is let in when nothing is missing, and told what is when something is', async () => {
    await migrate(testing.url, await all(first), { serving });
    expect(await migrate(testing.servingUrl, await all(first))).toEqual([]);
    const refused = migrate(testing.servingUrl, await all(first, second));
    await expect(refused).rejects.toThrow(DatabaseBehind);
    await expect(refused).rejects.toThrow('0002_leaf.sql');
  });

  test('has a new table as soon as it is there, or neither', async () => {
    await migrate(testing.url, await all(first), { serving });
    const broken = { name: '0003_broken.sql', sql: 'create table leaf (name text); select 1 / 0' };
    const rights = new Map([...serving.rights, ['leaf', ['select']]]);
    await expect(
      migrate(testing.url, await all(first, broken), { serving: { ...serving, rights } }),
    ).rejects.toThrow('division by zero');
    await migrate(testing.url, await all(first, second), { serving: { ...serving, rights } });
    await expectAnswer(testing.servingUrl, 'select * from leaf');
  });

  test('keeps what a newer version has given it, when an older one migrates', async () => {
    const rights = new Map([...serving.rights, ['leaf', ['select']]]);
    await migrate(testing.url, await all(first, second), { serving: { ...serving, rights } });
    await migrate(testing.url, await all(first), { serving });
    await expectAnswer(testing.servingUrl, 'select * from leaf');
  });
});

describe('a migration of a table that is in use', () => {
  const wide = { name: '0002_wide.sql', sql: 'alter table tea add column leaf text' };
  let reader: Client;

  beforeEach(async () => {
    await migrate(testing.url, [first]);
    reader = new Client({ connectionString: testing.url });
    await reader.connect();
    await reader.query('begin; select * from tea');
  });
  afterEach(() => reader.end());

  test('lets everybody pass while it waits, and is applied when it can be', async () => {
    const tries: string[] = [];
    // With the time limits that services have: one that stands behind a waiting migration would fail.
    const traffic = new Database({ url: testing.url, applicationName: 'traffic' });
    const applied = migrate(testing.url, [first, wide], { tell: (words) => tries.push(words) });
    let served = 0;
    while (tries.length < 3) {
      await traffic.query(`insert into tea (name) values ('sencha')`);
      served++;
    }
    await reader.query('commit');
    expect(await applied).toEqual(['0002_wide.sql']);
    const { rows } = await traffic.query('select count(*)::integer as count from tea where leaf is null');
    expect(rows[0].count).toBe(served);
    await traffic.close();
  });

  test('gives up in the end, says what to do, and has changed nothing', async () => {
    const failed = migrate(testing.url, [first, wide], { patienceMs: 0 });
    await expect(failed).rejects.toThrow('0002_wide.sql failed: canceling statement due to lock timeout');
    await expect(failed).rejects.toThrow('pg_stat_activity');
    await expect(testing.database.query('select leaf from tea')).rejects.toThrow('leaf');
  });
});

test('builds an index outside a transaction, once, whoever else starts meanwhile', async () => {
  const index = {
    name: '0002_index.sql',
    sql: `-- no transaction
drop index concurrently if exists tea_name;
create index concurrently tea_name on tea (name);
`,
  };
  const all = [first, index];
  const applied = await Promise.all(Array.from({ length: 5 }, () => migrate(testing.url, all)));
  expect(applied.flat().sort()).toEqual(['0001_tea.sql', '0002_index.sql']);
  const { rows } = await testing.database.query(
    `select indisvalid as valid from pg_index where indexrelid = 'tea_name'::regclass`,
  );
  expect(rows).toEqual([{ valid: true }]);
});

async function expectAnswer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await expect(client.query(statement)).resolves.toBeDefined();
  } finally {
    await client.end();
  }
}
