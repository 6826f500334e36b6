import { setTimeout as pause } from 'node:timers/promises';
import { firstIdAt, type ListOrders } from '#contracts';
import { Database } from '#persistence';
import { type TestDatabase, testDatabase } from '#testing';
import { listOrders } from '../src/listing.store.js';
import { message, placement, Replica } from './replica.js';

const PER_SECOND = 100;
const CUSTOMERS = ['cus_a', 'cus_b'];
const SKUS = ['TEA', 'COFFEE', 'TEA_1'];

let testing: TestDatabase;
let database: Database;
let replica: Replica;

beforeAll(async () => {
  testing = await testDatabase('order');
  database = testing.database;
  replica = new Replica(database);
});
afterAll(() => testing?.drop());

const some = (n: number) => ({ customerId: CUSTOMERS[n % 2] as string, sku: SKUS[n % 3] as string });

async function place(n: number): Promise<string> {
  const placed = placement(some(n));
  await replica.handlers.place([placed.placement]);
  if (n % 5 === 0) await replica.loop.settle([message('order.cancel.v1', { orderId: placed.orderId })]);
  return placed.orderId;
}

/** Places orders at a steady rate until it is stopped. */
function writer(): () => Promise<number> {
  let isOn = true;
  const begun = performance.now();
  const write = async (): Promise<number> => {
    let written = 0;
    for (; isOn; written++) {
      await pause(Math.max(0, begun + ((written + 1) * 1_000) / PER_SECOND - performance.now()));
      await place(written);
    }
    return written;
  };
  const written = write();
  return () => {
    isOn = false;
    return written;
  };
}

interface Walk {
  readonly ids: string[];
  readonly pages: number;
}

async function walk(asked: Omit<ListOrders, 'limit'>, limit = 5, lookedAt?: number): Promise<Walk> {
  const ids: string[] = [];
  let pages = 0;
  for (let before: string | null | undefined; before !== null; pages++) {
    const { orders, next } = await listOrders(
      database,
      { ...asked, limit, ...(before && { before }) },
      lookedAt === undefined ? {} : { lookedAt },
    );
    ids.push(...orders.map(({ id }) => id));
    before = next;
  }
  return { ids, pages };
}

describe('a walk through pages, while 100 orders a second are placed', () => {
  let first: string;
  let middle: string;

  beforeAll(async () => {
    const ids: string[] = [];
    for (let n = 0; n < 300; n++) ids.push(await place(n));
    const { rows } = await database.query<{ at: Date }>(
      'select created_at as at from orders where id = any($1) order by id',
      [[ids[0], ids[150]]],
    );
    [first, middle] = rows.map(({ at }) => at.toISOString()) as [string, string];
  });

  it.each<[string, () => Omit<ListOrders, 'limit'>, string]>([
    ['no filter', () => ({}), 'true'],
    ['a customer', () => ({ customerId: 'cus_a' }), `customer_id = 'cus_a'`],
    ['a status', () => ({ status: 'cancelled' }), `phase = 'cancelled'`],
    ['a time to begin', () => ({ createdAfter: middle }), 'created_at > $1'],
    ['a time to end', () => ({ createdBefore: middle }), 'created_at < $1'],
    ['a SKU', () => ({ sku: 'TEA' }), `lines #>> '{0,sku}' = 'TEA'`],
    ['a SKU with a wildcard of SQL', () => ({ sku: 'TEA_1' }), `lines #>> '{0,sku}' = 'TEA_1'`],
    [
      'all of them',
      () => ({
        customerId: 'cus_b',
        status: 'pending',
        createdAfter: first,
        createdBefore: middle,
        sku: 'COFFEE',
      }),
      `customer_id = 'cus_b' and phase = 'reserving' and lines #>> '{0,sku}' = 'COFFEE' and created_at < $1 and id > (select min(id) from orders)`,
    ],
  ])(
    'by %s: misses none of those that were there, shows none twice, newest first',
    async (_, asked, where) => {
      const values = where.includes('$1') ? [middle] : [];
      const sql = `select id from orders where ${where} order by id desc`;
      const before = (await database.query<{ id: string }>(sql, values)).rows.map(({ id }) => id);
      const stop = writer();
      const { ids } = await walk(asked());
      // Small pages over few orders are over soon: some that were placed meanwhile are always waited for.
      await pause(100);
      expect(await stop()).toBeGreaterThan(0);
      expect(before.length).toBeGreaterThan(5);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual(ids.toSorted().toReversed());
      const seen = new Set(ids);
      expect(before.filter((id) => !seen.has(id))).toEqual([]);
      const after = new Set((await database.query<{ id: string }>(sql, values)).rows.map(({ id }) => id));
      expect(ids.filter((id) => !after.has(id))).toEqual([]);
    },
  );
});

describe('a filter that few orders match', () => {
  it('looks at a part of them for each page, and finds the one that there is', async () => {
    const all = (await walk({}, 100)).ids;
    const wanted = placement({ sku: 'RARE', customerId: 'cus_"sku":"RARE2"' });
    await replica.handlers.place([wanted.placement]);
    for (let n = 0; n < 30; n++) await place(n);
    const { ids, pages } = await walk({ sku: 'RARE' }, 5, 10);
    expect(ids).toEqual([wanted.orderId]);
    expect(pages).toBe(Math.ceil((all.length + 31) / 10) + ((all.length + 31) % 10 === 0 ? 1 : 0));
    expect(await walk({ sku: 'RARE2' })).toEqual({ ids: [], pages: 1 });
    expect(await walk({ orderId: wanted.orderId, sku: 'TEA' })).toEqual({ ids: [], pages: 1 });
    expect((await walk({ orderId: wanted.orderId })).ids).toEqual([wanted.orderId]);
  });

  it('by time looks only at ids of that time, give or take the clocks', async () => {
    const yesterday = Date.now() - 86_400_000;
    const { orderId, placement: told } = placement();
    const old = `${firstIdAt('ord', yesterday).slice(0, 14)}${orderId.slice(14)}`;
    await replica.handlers.place([{ ...told, data: { ...told.data, orderId: old } }]);
    await database.query('update orders set created_at = $2 where id = $1', [old, new Date(yesterday)]);
    const createdBefore = new Date(yesterday + 1_000).toISOString();
    expect(await walk({ createdBefore }, 5, 2)).toEqual({ ids: [old], pages: 1 });
    expect((await walk({ createdAfter: createdBefore }, 100)).ids).not.toContain(old);
  });

  it('by time finds what was placed after a test had moved the clock, and before', async () => {
    const [early, late] = [placement({ customerId: 'cus_moved' }), placement({ customerId: 'cus_moved' })];
    const hour = 3_600_000;
    const moved = new Database({ url: testing.url, applicationName: 'moved', movableClock: true });
    try {
      const other = new Replica(moved);
      await other.handlers.place([early.placement]);
      await moved.clock.advance({ byMs: hour, atLeastMs: 0 });
      const between = new Date(moved.now().getTime() - 60_000).toISOString();
      await other.handlers.place([late.placement]);
      const asked = { customerId: 'cus_moved', limit: 5 };
      const after = await other.handlers.list({ ...asked, createdAfter: between });
      expect(after.data.map(({ id }) => id)).toEqual([late.orderId]);
      const before = await other.handlers.list({ ...asked, createdBefore: between });
      expect(before.data.map(({ id }) => id)).toEqual([early.orderId]);
    } finally {
      await moved.close();
    }
  });
});
