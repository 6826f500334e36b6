import { type Database } from '#persistence';
import { type TestDatabase, testDatabase } from '#testing';
import { tellOverdue, watchOverdue } from '../src/deadlines.worker.js';
import { findOverdue } from '../src/queries.store.js';
import { placement, Replica } from './replica.js';

let testing: TestDatabase;
let database: Database;

beforeAll(async () => {
  testing = await testDatabase('order');
  database = testing.database;
});
afterAll(() => testing?.drop());

/** What the metric says. */
async function overdue(): Promise<number | undefined> {
  const told = new Map<string, number | undefined>();
  await watchOverdue(database, (name, _labels, value) => void told.set(name, value));
  return told.get('waybill_orders_overdue');
}

test('tells how many orders have been overdue for more than a minute, until they have come to an end', async () => {
  const replica = new Replica(database);
  const [waiting, late, stuck] = [placement(), placement(), placement()];
  await replica.handlers.place([waiting, late, stuck].map(({ placement: placing }) => placing));
  expect(await overdue()).toBe(0);
  const pass = (id: string, seconds: number) =>
    database.query(`update orders set deadline_at = now() - $2 * interval '1 second' where id = $1`, [
      id,
      seconds,
    ]);
  await pass(late.orderId, 30);
  await pass(stuck.orderId, 90);
  expect(await overdue()).toBe(1);
  await tellOverdue(database, new Replica(database).loop);
  expect(await overdue()).toBe(0);
});

test('finds what is overdue by the deadlines alone, also in a plan that was made while the tables were empty', async () => {
  const empty = await testDatabase('order');
  try {
    const plan = await empty.database.transaction(async (tx) => {
      await findOverdue(tx, 10);
      const { rows } = await tx.query(`explain execute "find-overdue"(10, 0)`);
      return rows.map((row) => row['QUERY PLAN'] as string).join('\n');
    });
    expect(plan).toMatch(
      /Index Scan using orders_deadline[\s\S]+Index Cond: \(\(order_id = o\.id\) AND \(version = 1\)\)/,
    );
    expect(plan).not.toMatch(/Seq Scan|Materialize|Sort/);
  } finally {
    await empty.drop();
  }
});
