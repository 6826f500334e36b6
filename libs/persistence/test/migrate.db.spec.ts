import { readdir } from 'node:fs/promises';
import { type TestDatabase, testDatabase } from '#testing';
import { migrate, migrationsOf } from '../src/index.js';

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
  expect(names.slice(0, library.length + 1)).toEqual([...library.sort(), '0001_orders.sql']);
});
