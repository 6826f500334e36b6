import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { emptyDatabase, Stack, type TestBroker, type TestDatabase, testBroker } from '#testing';

const WAIT_MS = 30_000;
const NONE = { gateway: 0, order: 0, payment: 0, stock: 0 };

let broker: TestBroker;
let database: TestDatabase;

beforeAll(async () => {
  broker = await testBroker();
});
afterAll(() => broker.delete());
beforeEach(async () => {
  database = await emptyDatabase();
});
afterEach(() => database.drop());

/** Nothing runs yet. */
const stackOn = (url: string, env: Readonly<Record<string, string>> = {}): Promise<Stack> =>
  Stack.start({
    brokerUrl: broker.url,
    databaseUrls: { order: url, payment: url, stock: url },
    replicas: NONE,
    env,
  });

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
  const stack = await stackOn(database.servingUrl);
  const ready = stack.add('stock');
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
  const stack = await stackOn(database.servingUrl, { START_TIMEOUT_SECONDS: '0' });
  await expect(stack.add('stock')).rejects.toThrow(
    /is behind \(\d+ migrations are missing, 0000_inbox_outbox.sql first.*npm run db:migrate/,
  );
});

test('a service whose role owns its database migrates it when it starts', async () => {
  const stack = await stackOn(database.url);
  await stack.add('stock');
  const { rows } = await database.database.query('select count(*)::integer as count from products');
  expect(rows).toEqual([{ count: 0 }]);
  expect(await stack.stop()).toEqual([0]);
});
