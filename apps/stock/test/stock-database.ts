import { Loop } from '#loop';
import { bundle } from '#messaging';
import { Database, OutboxRelay } from '#persistence';
import { testDatabase } from '#testing';
import { stockInvariants } from '../../../test/invariants/stock.js';
import { type Movement } from '../src/item.js';
import { type StockState } from '../src/state.js';
import { type StockMessage, stockRules } from '../src/stock.js';
import { stockStore } from '../src/stock.store.js';
import { HOLD } from './warehouse.js';

export type StockLoop = Loop<StockState, Movement, StockMessage>;

export async function stockDatabase(): Promise<{ database: Database; drop: () => Promise<void> }> {
  const { url, drop } = await testDatabase('stock');
  const database = new Database({ url, applicationName: 'stock-test' });
  return {
    database,
    async drop() {
      await database.close();
      await drop();
    },
  };
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
