import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { emptyDatabase, Stack, type TestBroker, type TestDatabase, testBroker } from '#testing';

/** For a process to begin; whoever has a core for itself needs three seconds. */
const WAIT_MS = 120_000;
const NONE = { gateway: 0, order: 0, payment: 0, stock: 0 };

let broker: TestBroker;
let database: TestDatabase;
let stack: Stack;

beforeAll(async () => {
  broker = await testBroker();
});
afterAll(() => broker.delete());
beforeEach(async () => {
  database = await emptyDatabase();
});
afterEach(async () => {
  await stack.stop();
  await database.drop();
});

/** Nothing runs yet. */
async function prepare(url: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const databaseUrls = { order: url, payment: url, stock: url };
  stack = await Stack.start({ brokerUrl: broker.url, databaseUrls, replicas: NONE, env });
}

/** As the container does it. */
async function migrator(): Promise<string> {
  const { PATH, HOME } = process.env;
  const env = {
    PATH,
    HOME,
    STOCK_DATABASE_URL: database.servingUrl,
    STOCK_MIGRATION_DATABASE_URL: database.url,
  };
  const args = ['dist/apps/migrator/src/main.js'];
  return (await promisify(execFile)('node_modules/.bin/node', args, { env, timeout: WAIT_MS })).stdout;
}

test('a service with a role that only serves waits for the migrator, and is ready after it', async () => {
  await prepare(database.servingUrl);
  const ready = stack.add('stock');
  ready.catch(() => undefined);
  for (
    const deadline = Date.now() + WAIT_MS;
    !stack.all('stock')[0]?.log.includes('is behind');
    await pause(25)
  )
    if (Date.now() > deadline) throw new Error('it has not said that it waits');
  expect(await migrator()).toMatch(/^stock: applied 0000_inbox_outbox.sql, .*0007_backorder.sql/m);
  await ready;
  expect(await migrator()).toBe('stock: is up to date\n');
  expect(await stack.stop()).toEqual([0]);
});

test('it gives up in the end, and says which migration is missing and what brings it', async () => {
  await prepare(database.servingUrl, { START_TIMEOUT_SECONDS: '0' });
  await expect(stack.add('stock')).rejects.toThrow(
    /is behind \(\d+ migrations are missing, 0000_inbox_outbox.sql first.*npm run db:migrate/,
  );
});

test('a service whose role owns its database migrates it when it starts', async () => {
  await prepare(database.url);
  await stack.add('stock');
  const { rows } = await database.database.query('select count(*)::integer as count from products');
  expect(rows).toEqual([{ count: 0 }]);
  expect(await stack.stop()).toEqual([0]);
});
