import { Loop } from '#loop';
import { bundle } from '#messaging';
import { Database, OutboxRelay } from '#persistence';
import { testDatabase, warm } from '#testing';
import { stockInvariants } from '../src/invariants.store.js';
import { type StockRow, type StockState } from '../src/state.js';
import { type StockMessage, stockRules } from '../src/stock.js';
import { stockStore } from '../src/stock.store.js';
import { adjust, HOLD, put } from './warehouse.js';

export type StockLoop = Loop<StockState, StockRow, StockMessage>;

export async function stockDatabase(): Promise<{ database: Database; drop: () => Promise<void> }> {
  const { url, drop } = await testDatabase('stock');
  const database = new Database({ url, applicationName: 'stock-test' });
  await warm(database);
  return {
    database,
    async drop() {
      await database.close();
      await drop();
    },
  };
}

export const ORDERS = Array.from({ length: 50 }, (_, i) => `ord_${String(i).padStart(26, '0')}`);
export const KEYS = Array.from(
  { length: 50 },
  (_, i) => `00000000-0000-7000-8000-0000000000${String(i).padStart(2, '0')}`,
);

/** The database of one test file. After each test it must be in order, and it is emptied. */
export function setUp(): { readonly database: Database } {
  let database: Database;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    ({ database, drop } = await stockDatabase());
  });
  afterEach(async () => {
    const broken = await violations(database);
    await database.query(
      `truncate products, reservations, movements, location_movements, adjustments, outbox, product_prices, imports,
        import_chunks, import_errors`,
    );
    expect(broken).toEqual([]);
  });
  afterAll(() => drop());
  return {
    get database() {
      return database;
    },
  };
}

/** A product with stock, made through the loop like everything else. */
export async function stocked(loop: StockLoop, levels: Record<string, number>): Promise<void> {
  const keys = KEYS.toReversed();
  for (const [sku, delta] of Object.entries(levels)) {
    await loop.settle([put(sku), adjust(sku, { delta, reason: 'received' }, keys.pop(), KEYS[0])]);
  }
}

/** One replica: rules, store and a cache of its own. What it sends ends in `sent` instead of a broker. */
export function replica(
  database: Database,
  hold = HOLD,
): { loop: StockLoop; relay: OutboxRelay; sent: string[] } {
  const sent: string[] = [];
  const relay = new OutboxRelay({
    database,
    publish: async ({ body }) => {
      for (const { type, data } of JSON.parse(body) as { type: string; data: { orderId: string } }[]) {
        sent.push(`${type} ${data.orderId}`);
      }
    },
  });
  const loop: StockLoop = new Loop({
    rules: stockRules(hold),
    store: stockStore,
    database,
    relay,
    bundle,
    notify: () => undefined,
  });
  return { loop, relay, sent };
}

/** Names of the invariants that do not hold. */
export async function violations(database: Pick<Database, 'query'>): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, sql } of stockInvariants) {
    if ((await database.query(sql)).rows.length > 0) broken.push(name);
  }
  return broken;
}
