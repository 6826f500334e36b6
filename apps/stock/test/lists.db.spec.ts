import { type ListReservations } from '#contracts';
import { ListsHandlers } from '../src/lists.handlers.js';
import { KEYS, ORDERS, replica, setUp, stocked } from './stock-database.js';
import { adjust, commit, release, reserve } from './warehouse.js';

const stock = setUp();
const lists = (): ListsHandlers => new ListsHandlers(stock.database);
const [first = '', second = '', third = ''] = ORDERS;

describe('the movements of a SKU', () => {
  it('are all there, newest first, with what caused each, and go on while others are added', async () => {
    const { loop } = replica(stock.database);
    await stocked(loop, { tea: 9, cup: 9 });
    const broken = adjust('tea', { delta: -1, reason: 'damaged' }, KEYS[11], KEYS[11]);
    const counted = adjust('tea', { countedQuantity: 6, reason: 'counted' }, KEYS[12], KEYS[12]);
    await loop.settle([reserve({ tea: 2, cup: 1 }, first), commit(first), broken, release(first), counted]);

    const page = await lists().movements({ sku: 'tea', limit: 4 });
    expect(page.data.map((one) => [one.version, one.reason, one.onHandDelta, one.reservedDelta])).toEqual([
      [7, 'counted', -2, 0],
      [6, 'returned', 2, 0],
      [5, 'damaged', -1, 0],
      [4, 'committed', -2, -2],
    ]);
    expect(page.data.map(({ orderId, adjustmentId }) => orderId ?? adjustmentId)).toEqual([
      counted.id,
      first,
      broken.id,
      first,
    ]);
    expect(page.next).toBe(4);

    await loop.settle([reserve({ tea: 1 }, second)]);
    const rest = await lists().movements({ sku: 'tea', limit: 4, before: 4 });
    expect(rest.data.map(({ version, reason }) => [version, reason])).toEqual([
      [3, 'reserved'],
      [2, 'received'],
    ]);
    expect(rest.next).toBeNull();
  });

  it('are refused for a product that is not there', async () => {
    const asked = { sku: 'none', limit: 1 };
    await expect(lists().movements(asked)).rejects.toMatchObject({ code: 'product-not-found' });
    await expect(lists().reservations({ ...asked, state: 'open' })).rejects.toMatchObject({
      code: 'product-not-found',
    });
  });
});

describe('the reservations of a SKU', () => {
  async function walk(state: ListReservations['state'], limit = 2): Promise<string[]> {
    const seen: string[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const page = await lists().reservations({ sku: 'tea', state, limit, ...(after && { after }) });
      seen.push(...page.data.map(({ orderId, quantity, status }) => `${orderId} ${quantity} ${status}`));
      after = page.next;
    }
    return seen;
  }

  it('are open until they are committed, released or expired, and closed from then on', async () => {
    const { loop } = replica(stock.database);
    await stocked(loop, { tea: 50, cup: 50 });
    await loop.settle([
      reserve({ tea: 2, cup: 1 }, first),
      reserve({ tea: 3 }, second),
      reserve({ cup: 1 }, third),
    ]);
    expect(await walk('open')).toEqual([`${first} 2 held`, `${second} 3 held`]);
    expect(await walk('closed')).toEqual([]);
    await loop.settle([commit(first), release(second)]);
    expect(await walk('open')).toEqual([]);
    expect(await walk('closed')).toEqual([`${second} 3 released`, `${first} 2 committed`]);
  });

  it('come page by page, each once: open ones that end first come first, closed ones newest first', async () => {
    const { loop } = replica(stock.database);
    await stocked(loop, { tea: 50 });
    const orders = ORDERS.slice(0, 7);
    // All of one batch end at the same time: the id decides.
    await loop.settle(orders.map((id) => reserve({ tea: 1 }, id)));
    expect(await walk('open')).toEqual(orders.map((id) => `${id} 1 held`));
    await loop.settle(orders.map((id) => commit(id)));
    expect(await walk('closed', 3)).toEqual(orders.toReversed().map((id) => `${id} 1 committed`));
  });

  it('are found by index, also in plans that were made while the tables were empty', async () => {
    const plans = await stock.database.transaction(async (tx) => {
      const handlers = new ListsHandlers(tx as never);
      await stocked(replica(stock.database).loop, { tea: 1 });
      await handlers.movements({ sku: 'tea', limit: 1 });
      for (const state of ['open', 'closed'] as const) {
        await handlers.reservations({ sku: 'tea', state, limit: 1 });
      }
      const explained = [
        `explain execute stock_list_movements('a', null, 1)`,
        `explain execute stock_list_open_reservations('a', '-infinity', '', 1)`,
        `explain execute stock_list_closed_reservations('a', null, 1)`,
      ];
      const rows = [];
      for (const statement of explained) rows.push(...(await tx.query(statement)).rows);
      return rows.map((row) => row['QUERY PLAN'] as string);
    });
    expect(plans.filter((line) => /Seq Scan|Hash Join|Merge Join/.test(line))).toEqual([]);
    expect(plans.join()).toContain('reservations_due');
  });
});
