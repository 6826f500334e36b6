import { type Outcome } from '#messaging';
import { releaseDueHolds } from '../src/expiry.worker.js';
import { type Item } from '../src/item.js';
import { findItems } from '../src/item.store.js';
import { type StockMessage } from '../src/stock.js';
import { listDueOrders } from '../src/stock.store.js';
import { KEYS, ORDERS, replica, type StockLoop, setUp, stocked } from './stock-database.js';
import { adjust, commit, HOLD, put, release, reserve } from './warehouse.js';

const stock = setUp();

async function level(sku = 'tea'): Promise<readonly [onHand: number, reserved: number]> {
  const item = (await findItems(stock.database, [sku])).get(sku) as Item;
  return [item.onHand, item.reserved];
}

async function statuses(): Promise<Record<string, number>> {
  const { rows } = await stock.database.query<{ status: string; count: number }>(
    'select status, count(*)::integer as count from reservations group by status',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

describe('two replicas', () => {
  let loops: StockLoop[];
  let sent: string[][];

  beforeEach(() => {
    const replicas = [replica(stock.database), replica(stock.database)];
    loops = replicas.map(({ loop }) => loop);
    sent = replicas.map((one) => one.sent);
  });

  /** Each message on its own, alternately to one and to the other replica, all at once. */
  const tellAll = async (messages: readonly StockMessage[]): Promise<Outcome[]> => {
    const told = messages.map((one, i) => (loops[i % loops.length] as StockLoop).settle([one]));
    return (await Promise.all(told)).flat();
  };
  const [here, there] = [() => loops[0] as StockLoop, () => loops[1] as StockLoop];

  it('sell exactly the last 10 of a SKU to 50 buyers', async () => {
    await stocked(here(), { tea: 10 });
    expect(await tellAll(ORDERS.map((id) => reserve({ tea: 1 }, id)))).toEqual(
      ORDERS.map(() => ({ ok: null })),
    );
    expect(await statuses()).toEqual({ held: 10, rejected: 40 });
    await tellAll(ORDERS.map((id) => commit(id)));
    expect(await statuses()).toEqual({ committed: 10, commit_refused: 40 });
    expect(await level()).toEqual([0, 0]);
  });

  it('do not lock each other out when orders name the same SKUs in any order', async () => {
    const skus = ['a', 'b', 'c', 'd', 'e'];
    await stocked(here(), Object.fromEntries(skus.map((sku) => [sku, 30])));
    const wanted = ORDERS.map((id, i) => {
      const turned = [...skus.slice(i % 5), ...skus.slice(0, i % 5)];
      return reserve(Object.fromEntries((i % 2 ? turned.toReversed() : turned).map((sku) => [sku, 1])), id);
    });
    expect(await tellAll(wanted)).toEqual(ORDERS.map(() => ({ ok: null })));
    expect(await statuses()).toEqual({ held: 30, rejected: 20 });
  });

  it('end where one delivery ends when every message comes three times, shuffled', async () => {
    await stocked(here(), { tea: 200 });
    const ids = ORDERS.slice(0, 30);
    const reserves = ids.map((id) => reserve({ tea: 2 }, id));
    const ends = ids.map((id, i) => (i % 3 === 0 ? release(id) : commit(id)));
    // A commit is sent only after the stock was reserved; a release may come before.
    await tellAll(thrice(reserves));
    await tellAll(thrice([...ends, ...reserves]));
    expect(await statuses()).toEqual({ committed: 20, released: 10 });
    expect(await level()).toEqual([160, 0]);
    await Promise.all(loops.map((loop) => loop.drain()));
    expect(sent.flat().sort()).toEqual(ids.map((id) => `stock.reserved.v1 ${id}`).sort());
  });

  it('hold nothing when the release is there before the reserve', async () => {
    await stocked(here(), { tea: 5 });
    await here().settle([release(ORDERS[0])]);
    await there().settle([reserve({ tea: 1 }, ORDERS[0])]);
    expect([await statuses(), await level()]).toEqual([{ released: 1 }, [5, 0]]);
  });

  it('do not refuse from memory what the other has made possible', async () => {
    await stocked(here(), { tea: 1 });
    await here().settle([reserve({ tea: 1 }, ORDERS[0])]);
    await there().settle([adjust('tea', { delta: 5, reason: 'received' }, KEYS[1], KEYS[1])]);
    await here().settle([reserve({ tea: 2 }, ORDERS[1])]);
    await there().settle([put('tea', { name: 'Sencha' })]);
    expect(await statuses()).toEqual({ held: 2 });
    const [taken] = await here().settle([adjust('tea', { delta: -3, reason: 'damaged' }, KEYS[2], KEYS[2])]);
    expect(taken).toMatchObject({ ok: { level: { onHand: 3, reserved: 3 } } });
    const { productVersion } = (await findItems(stock.database, ['tea'])).get('tea') as Item;
    await there().settle([adjust('tea', { delta: 1, reason: 'received' }, KEYS[3], KEYS[3])]);
    const [replaced] = await here().settle([put('tea', { name: 'Gyokuro' }, productVersion)]);
    expect(replaced).toMatchObject({ ok: { created: false, product: { name: 'Gyokuro' } } });
  });

  it('give twins with one idempotency key one change and one answer', async () => {
    await stocked(here(), { tea: 1 });
    const [key = ''] = KEYS.slice(5);
    const answers = await tellAll(
      ORDERS.map(() => adjust('tea', { delta: 3, reason: 'returned' }, key, key)),
    );
    const same = { sku: 'tea', onHand: 4, reserved: 0, available: 4, version: 3 };
    const first = { ok: { level: same, replayed: false } };
    const again = { ok: { level: same, replayed: true } };
    expect(answers.filter((answer) => JSON.stringify(answer) === JSON.stringify(first))).toHaveLength(1);
    expect(answers.filter((answer) => JSON.stringify(answer) === JSON.stringify(again))).toHaveLength(49);
    expect(await level()).toEqual([4, 0]);
  });

  it('let go a hold that is due once, by the clock of the database', async () => {
    const short = replica(stock.database, { holdMs: 0, graceMs: 0 });
    await stocked(here(), { tea: 5 });
    await short.loop.settle([reserve({ tea: 1 }, ORDERS[0])]);
    await here().settle([reserve({ tea: 2 }, ORDERS[1])]);
    // The decision takes the time from this process, which may be a moment behind.
    await stock.database.query(
      `update reservations set expires_at = expires_at - interval '1 minute' where order_id = $1`,
      [ORDERS[0]],
    );
    // However wrong the clock of this process is.
    const ours = Date.now;
    const fast = jest.spyOn(Date, 'now').mockImplementation(() => ours() + 86_400_000);
    expect(await listDueOrders(stock.database, HOLD.graceMs, 10)).toEqual([ORDERS[0]]);
    expect(await listDueOrders(stock.database, 2 * 60_000, 10)).toEqual([]);
    fast.mockRestore();
    await Promise.all([here(), there()].map((loop) => releaseDueHolds(stock.database, loop, HOLD.graceMs)));
    expect([await statuses(), await level()]).toEqual([{ expired: 1, held: 1 }, [5, 2]]);
    expect(sent.flat().filter((line) => line.startsWith('stock.expired'))).toEqual([
      `stock.expired.v1 ${ORDERS[0]}`,
    ]);
  });
});

/** Three copies of each, in an order that mixes them and is the same in every run. */
function thrice<T>(messages: readonly T[]): T[] {
  const all = [...messages, ...messages, ...messages];
  return all.map((_, i) => all[(i * 7919) % all.length] as T);
}
