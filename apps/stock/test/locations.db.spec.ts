import { type Outcome } from '#messaging';
import { type Database } from '#persistence';
import { findItems } from '../src/item.store.js';
import { ListsHandlers } from '../src/lists.handlers.js';
import { LocationsHandlers } from '../src/locations.handlers.js';
import { itemKey, orderKey } from '../src/state.js';
import { type StockMessage } from '../src/stock.js';
import { stockStore } from '../src/stock.store.js';
import { ORDERS, replica, type StockLoop, setUp, stocked, violations } from './stock-database.js';
import { adjust, commit, giveBack, message, release, reserve, transfer } from './warehouse.js';

const stock = setUp();
const locations = (): LocationsHandlers => new LocationsHandlers(stock.database);
const keys = (function* () {
  for (let n = 1_000; ; n++) yield `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
})();
const nextKey = (): string => keys.next().value;
const received = (location: string, delta: number) => {
  const key = nextKey();
  return adjust('tea', { delta, reason: 'received', location }, key, key);
};
const moved = (from: string, to: string, quantity: number) => {
  const key = nextKey();
  return transfer('tea', { from, to, quantity }, key, key);
};

beforeEach(async () => {
  for (const location of ['north', 'south']) await locations().put({ location, name: location });
});

const levels = async (): Promise<Record<string, readonly [number, number]>> => {
  const item = (await findItems(stock.database, ['tea'])).get('tea');
  return Object.fromEntries(
    (item?.locations ?? []).map(({ location, onHand, reserved }) => [location, [onHand, reserved]]),
  );
};

describe('locations', () => {
  it('are created once, renamed, and listed by name after the one that is always there', async () => {
    const put = await locations().put({ location: 'north', name: 'Far north' });
    expect(put).toMatchObject({ created: false, location: { location: 'north', name: 'Far north' } });
    expect(await locations().put({ location: `l${Date.now()}`, name: 'New' })).toMatchObject({
      created: true,
    });
    expect(await locations().get({ location: 'north' })).toEqual(put.location);
    await expect(locations().get({ location: 'nowhere' })).rejects.toMatchObject({
      code: 'location-not-found',
    });
    const page = await locations().list({ limit: 2, after: 'main' });
    expect(page).toMatchObject({ data: [{ location: 'north' }, { location: 'south' }], more: false });
    const first = await locations().list({ limit: 2 });
    expect([first.data.map(({ name }) => name), first.more]).toEqual([['New', 'Main'], true]);
  });

  it('can be used as soon as they are there, though they were asked for before', async () => {
    const { loop } = replica(stock.database);
    await stocked(loop, { tea: 1 });
    const [refused] = await loop.settle([received('east', 1)]);
    expect(refused).toMatchObject({ refused: { code: 'location-not-found' } });
    await locations().put({ location: 'east', name: 'East' });
    expect(await loop.settle([received('east', 1)])).toMatchObject([{ ok: { replayed: false } }]);
    expect(await levels()).toEqual({ main: [1, 0], east: [1, 0] });
  });
});

describe('a SKU in several locations', () => {
  it('is held, sold, given back and moved by two replicas at once, and no location is oversold', async () => {
    const loops: StockLoop[] = [replica(stock.database).loop, replica(stock.database).loop];
    const tellAll = async (messages: readonly StockMessage[]): Promise<Outcome[]> =>
      (await Promise.all(messages.map((one, i) => (loops[i % 2] as StockLoop).settle([one])))).flat();
    await stocked(loops[0] as StockLoop, { tea: 20 });
    await tellAll([received('north', 20), received('south', 20)]);
    await tellAll(
      ORDERS.flatMap((id, i) => [
        reserve({ tea: 1 + (i % 3) }, id),
        ...(i % 4 === 0 ? [moved('main', 'north', 1), moved('north', 'south', 2)] : []),
      ]),
    );
    await tellAll(ORDERS.map((id, i) => (i % 2 ? commit(id) : release(id))));
    await tellAll(ORDERS.filter((_, i) => i % 3 === 0).map((id) => release(id)));
    const all = Object.values(await levels());
    expect(all).toHaveLength(3);
    expect(all.map(([, reserved]) => reserved)).toEqual([0, 0, 0]);
    // The invariants are checked after each test.
  });

  it('keeps the parts of its lines, also when they come from elsewhere at last', async () => {
    const { loop } = replica(stock.database, { holdMs: 0, graceMs: 0 });
    await stocked(loop, { tea: 10 });
    const [order = ''] = ORDERS;
    await loop.settle([received('north', 3), reserve({ tea: 9 }, order)]);
    await loop.settle([message('hold.due', { orderId: order }), moved('main', 'south', 8)]);
    await loop.settle([commit(order)]);
    const fresh = await stockStore.load(stock.database, [orderKey(order), itemKey('tea')], false);
    expect(fresh.get(orderKey(order))).toMatchObject({
      status: 'committed',
      lines: [
        {
          sku: 'tea',
          quantity: 9,
          from: [
            { location: 'south', quantity: 8 },
            { location: 'north', quantity: 1 },
          ],
        },
      ],
    });
    expect(await levels()).toEqual({ main: [2, 0], north: [2, 0], south: [0, 0] });

    const lists = new ListsHandlers(stock.database);
    const [last, transferred] = (await lists.movements({ sku: 'tea', limit: 2 })).data;
    expect(last?.locations).toEqual([
      { location: 'north', onHandDelta: -1, reservedDelta: 0 },
      { location: 'south', onHandDelta: -8, reservedDelta: 0 },
    ]);
    expect(transferred).toMatchObject({ reason: 'transferred', onHandDelta: 0, orderId: null });
    const [reservation] = (await lists.reservations({ sku: 'tea', state: 'closed', limit: 1 })).data;
    expect(reservation?.locations).toEqual([
      { location: 'south', quantity: 8 },
      { location: 'north', quantity: 1 },
    ]);
  });

  it('holds less of the last part of a line when some of it is given back before its commit', async () => {
    const { loop } = replica(stock.database);
    await stocked(loop, { tea: 2 });
    const [order = ''] = ORDERS;
    await loop.settle([received('north', 3), reserve({ tea: 5 }, order)]);
    await loop.settle([giveBack({ tea: 3 }, 'ret_1', order)]);
    expect(await levels()).toEqual({ main: [2, 0], north: [3, 2] });
    expect(await violations(stock.database)).toEqual([]);
    await loop.settle([commit(order)]);
    expect(await levels()).toEqual({ main: [2, 0], north: [1, 0] });
  });
});

describe('a SKU that lies in one location', () => {
  it('is saved by the statement that knows of no other', async () => {
    const { database, names } = recorded();
    const { loop } = replica(database);
    const [order = '', other = ''] = ORDERS;
    await stocked(loop, { tea: 5 });
    names.length = 0;
    await loop.settle([reserve({ tea: 1 }, order)]);
    await loop.settle([commit(order), reserve({ tea: 1 }, other)]);
    expect(new Set(names)).toEqual(new Set(['stock_save']));
    await loop.settle([received('north', 1)]);
    expect(names.slice(-4)).toEqual([
      'stock_load',
      'stock_find_adjustments',
      'stock_find_locations',
      'stock_save_all',
    ]);
  });

  it('and one that does not are both saved by index', async () => {
    const plans = await stock.database.transaction(async (tx) => {
      const loop = replica(Object.assign(tx, { now: () => new Date() }) as never).loop;
      await stocked(loop, { tea: 5 });
      await loop.settle([received('north', 1)]);
      const { rows } = await tx.query(
        `explain execute stock_save_all('[]', '[]', '[]', '[]', '[]', '[]', '[]', '[]', '{}', 0, '[]')`,
      );
      return rows.map((row) => row['QUERY PLAN'] as string);
    });
    expect(plans.filter((line) => /Seq Scan|Hash Join|Merge Join|Materialize/.test(line))).toEqual([]);
  });
});

/** The database of this file, and the names of the statements that it is asked for. */
function recorded(): { readonly database: Database; readonly names: string[] } {
  const names: string[] = [];
  const database: Database = Object.create(stock.database, {
    query: {
      value: (query: { name: string }) => {
        names.push(query.name);
        return stock.database.query(query as never);
      },
    },
  });
  return { database, names };
}
