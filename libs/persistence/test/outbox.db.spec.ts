import { type TestDatabase, testDatabase } from '#testing';
import { type Database, OutboxRelay, type OutboxRow, oldestUnsentSeconds, outboxCtes } from '../src/index.js';

let testing: TestDatabase;
let database: Database;

beforeAll(async () => {
  testing = await testDatabase();
  database = testing.database;
});
afterAll(() => testing?.drop());
beforeEach(() => database.query('delete from outbox'));

const row = (id: string): OutboxRow => ({
  id,
  exchange: 'waybill.events',
  routingKey: 'order.confirmed.v1',
  type: 'order.confirmed.v1',
  mandatory: false,
  body: '[]',
});

/** As a save does it: what it sends comes in, what was confirmed goes out. */
async function save(rows: readonly OutboxRow[], sent: readonly string[] = []): Promise<void> {
  await database.query(`with ${outboxCtes('$1', '$2')} select 1`, [JSON.stringify(rows), sent]);
}

async function ids(): Promise<string[]> {
  return (await database.query<{ id: string }>('select id from outbox order by id')).rows.map(({ id }) => id);
}

const endLeases = () => database.query(`update outbox set lease_until = now() - interval '1 second'`);

function relayTo(publish: (row: OutboxRow) => Promise<void>): { relay: OutboxRelay; failures: string[] } {
  const failures: string[] = [];
  const relay = new OutboxRelay({
    database,
    publish,
    onFailure: ({ id }) => failures.push(id),
    intervals: { leaseMs: 60_000 },
  });
  return { relay, failures };
}

test('publishes straight from memory what a save has sent, and deletes it along with a later save', async () => {
  const published: string[] = [];
  const { relay } = relayTo(async ({ id }) => void published.push(id));
  await save([row('a'), row('b')]);
  relay.dispatch([row('a'), row('b')]);
  await relay.stop(1_000);
  expect(published).toEqual(['a', 'b']);
  expect(await ids()).toEqual([]);
});

test('leaves a row to whoever saved it for three seconds, no longer', async () => {
  await save([row('a')]);
  const { rows } = await database.query(
    'select extract(epoch from lease_until - created_at) as s from outbox',
  );
  expect(Number(rows[0].s)).toBe(3);
});

test('does not publish a row again that is still being published, though its lease has ended', async () => {
  const published: string[] = [];
  const confirmed = Promise.withResolvers<void>();
  const { relay } = relayTo(({ id }) => {
    published.push(id);
    return confirmed.promise;
  });
  await save([row('a')]);
  relay.dispatch([row('a')]);
  await endLeases();
  expect(await relay.sweep()).toBe(1);
  expect(published).toEqual(['a']);
  confirmed.resolve();
  await relay.stop(1_000);
  expect(await ids()).toEqual([]);
});

test('keeps a row whose publish failed, and sweeps it when its lease has ended', async () => {
  let up = false;
  const { relay, failures } = relayTo(async () => {
    if (!up) throw new Error('returned: no queue');
  });
  await save([row('a')]);
  relay.dispatch([row('a')]);
  expect(await relay.sweep()).toBe(0);
  expect(failures).toEqual(['a']);
  await endLeases();
  up = true;
  expect(await relay.sweep()).toBe(1);
  await relay.clean();
  expect(await ids()).toEqual([]);
});

test('lets two sweepers share what is left, each row going to one of them', async () => {
  const published: string[] = [];
  const publish = async ({ id }: OutboxRow) => void published.push(id);
  await save(Array.from({ length: 150 }, (_, i) => row(`m${String(i).padStart(3, '0')}`)));
  await endLeases();
  const found = await Promise.all([relayTo(publish), relayTo(publish)].map(({ relay }) => relay.sweep()));
  expect(found.reduce((sum, rows) => sum + rows)).toBe(150);
  expect(new Set(published).size).toBe(150);
  expect(published).toHaveLength(150);
});

test('finds a row that was committed late, although rows with higher ids have been sent', async () => {
  const { relay } = relayTo(async () => undefined);
  await save([row('b')]);
  await endLeases();
  await relay.sweep();
  await relay.clean();
  await save([row('a')]);
  await endLeases();
  expect(await relay.sweep()).toBe(1);
});

test('waits the longer for the next try the more often it has failed', async () => {
  const { relay } = relayTo(() => Promise.reject(new Error('down')));
  await save([row('a')]);
  const leases: number[] = [];
  for (let i = 0; i < 3; i++) {
    await endLeases();
    await relay.sweep();
    const { rows } = await database.query('select extract(epoch from lease_until - now()) as s from outbox');
    leases.push(Math.ceil(Number(rows[0].s) / 10) * 10);
  }
  expect(leases).toEqual([60, 120, 240]);
});

test('gives up waiting for confirms at its deadline, and leaves the row to others', async () => {
  const { relay } = relayTo(() => new Promise(() => undefined));
  await save([row('a')]);
  relay.dispatch([row('a')]);
  await relay.stop(50);
  expect(await ids()).toEqual(['a']);
});

test('knows how old the oldest row is, and that an empty table has none', async () => {
  expect(await oldestUnsentSeconds(database)).toBe(0);
  await save([row('a'), row('b')]);
  await database.query(`update outbox set created_at = now() - interval '90 seconds' where id = 'a'`);
  const age = await oldestUnsentSeconds(database);
  expect(age).toBeGreaterThanOrEqual(90);
  expect(age).toBeLessThan(120);
});
