import { type Saving } from '#loop';
import { type Outcome } from '#messaging';
import { classify, type Database } from '#persistence';
import { releaseDueHolds } from '../src/expiry.worker.js';
import { type Item, type Movement } from '../src/item.js';
import { findItems, listItems } from '../src/item.store.js';
import { itemKey, orderKey, type Reservation, type StockState } from '../src/state.js';
import { type StockMessage } from '../src/stock.js';
import { listDueOrders, stockStore } from '../src/stock.store.js';
import { replica, type StockLoop, stockDatabase, violations } from './stock-database.js';
import { adjust, commit, HOLD, message, put, release, reserve } from './warehouse.js';

const ORDERS = Array.from({ length: 50 }, (_, i) => `ord_${String(i).padStart(26, '0')}`);
const KEYS = Array.from(
  { length: 50 },
  (_, i) => `00000000-0000-7000-8000-0000000000${String(i).padStart(2, '0')}`,
);
const at = new Date('2026-11-23T10:00:00.123Z');

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  ({ database, drop } = await stockDatabase());
});
afterAll(() => drop());
afterEach(async () => {
  const broken = await violations(database);
  await database.query('truncate products, reservations, movements, adjustments, outbox');
  expect(broken).toEqual([]);
});

/** A product with stock, made through the loop like everything else. */
async function stocked(loop: StockLoop, levels: Record<string, number>): Promise<void> {
  const keys = KEYS.toReversed();
  for (const [sku, delta] of Object.entries(levels)) {
    await loop.settle([put(sku), adjust(sku, { delta, reason: 'received' }, keys.pop(), KEYS[0])]);
  }
}

async function level(sku = 'tea'): Promise<readonly [onHand: number, reserved: number]> {
  const item = (await findItems(database, [sku])).get(sku) as Item;
  return [item.onHand, item.reserved];
}

async function statuses(): Promise<Record<string, number>> {
  const { rows } = await database.query<{ status: string; count: number }>(
    'select status, count(*)::integer as count from reservations group by status',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

const item = (sku: string, more: Partial<Item> = {}): Item => ({
  kind: 'item',
  sku,
  version: 1,
  name: 'Ünïcode 茶 "quoted" \\',
  amount: 1_000_000_000_000,
  currency: 'EUR',
  active: true,
  onHand: 0,
  reserved: 0,
  createdAt: at,
  updatedAt: at,
  ...more,
});
const held = (orderId: string, more: Partial<Reservation> = {}): Reservation => ({
  kind: 'reservation',
  orderId,
  version: 1,
  status: 'held',
  lines: [{ sku: 'tea', quantity: 2 }],
  expiresAt: new Date('2100-01-01T00:00:00.456Z'),
  ...more,
});

interface Draft {
  readonly changes: readonly (readonly [key: string, before: StockState | undefined, after: StockState])[];
  readonly moved?: readonly Movement[];
}

const saving = ({ changes, moved = [] }: Draft): Saving<StockState, Movement> => ({
  changes: changes.map(([key, before, after]) => ({ key, before, after })),
  appended: moved.map((row) => ({ row, cause: message('test', {}) })),
  outbox: [],
  sent: [],
});
const save = (draft: Draft): Promise<void> => stockStore.save(database, saving(draft));
const load = (...keys: string[]): Promise<Map<string, StockState>> => stockStore.load(database, keys, false);
const received = (sku: string, seq: number, onHandDelta: number): Movement => ({
  sku,
  seq,
  kind: 'received',
  onHandDelta,
  reservedDelta: 0,
  orderId: null,
});
const holding = (sku: string, seq: number, reservedDelta: number, orderId: string): Movement => ({
  sku,
  seq,
  kind: 'reserved',
  onHandDelta: 0,
  reservedDelta,
  orderId,
});

describe('the store', () => {
  const [first = '', second = ''] = ORDERS;
  const [key = ''] = KEYS;

  it('gives back what it was given', async () => {
    const empty = item('tea');
    const after = item('tea', { version: 3, onHand: 5, reserved: 2 });
    const tombstone = held(second, { status: 'released', lines: [], expiresAt: null });
    const answer: StockState = {
      kind: 'adjustment',
      key,
      version: 1,
      fingerprint: key,
      level: { sku: 'tea', onHand: 5, reserved: 0, available: 5, version: 2 },
    };
    await save({ changes: [[itemKey('tea'), undefined, empty]] });
    await save({
      changes: [
        [`idem:${key}`, undefined, answer],
        [orderKey(first), undefined, held(first)],
        [orderKey(second), undefined, tombstone],
        [itemKey('tea'), empty, after],
      ],
      moved: [received('tea', 2, 5), holding('tea', 3, 2, first)],
    });
    const keys = [`idem:${key}`, orderKey(first), orderKey(second), itemKey('tea'), itemKey('none')];
    expect(await load(...keys)).toEqual(
      new Map<string, StockState>([
        [`idem:${key}`, answer],
        [orderKey(first), held(first)],
        [orderKey(second), tombstone],
        [itemKey('tea'), after],
      ]),
    );
    expect(await database.transaction((tx) => stockStore.load(tx, keys, true))).toEqual(await load(...keys));
  });

  it('changes a product and its level at once', async () => {
    const before = item('tea');
    const after = item('tea', {
      version: 3,
      name: 'Sencha',
      amount: 1,
      currency: 'JPY',
      active: false,
      onHand: 5,
      updatedAt: new Date(at.getTime() + 1),
    });
    await save({ changes: [[itemKey('tea'), undefined, before]] });
    await save({ changes: [[itemKey('tea'), before, after]], moved: [received('tea', 3, 5)] });
    expect(await load(itemKey('tea'))).toEqual(new Map([[itemKey('tea'), after]]));
  });

  it('brings the SKUs of a reservation along with it, until they can no longer move', async () => {
    const { loop } = replica(database);
    await stocked(loop, { tea: 5, cup: 5 });
    await loop.settle([reserve({ tea: 2, cup: 1 }, first)]);
    expect([...(await load(orderKey(first))).keys()].sort()).toEqual([orderKey(first), 'sku:cup', 'sku:tea']);
    await loop.settle([commit(first)]);
    expect([...(await load(orderKey(first))).keys()]).toEqual([orderKey(first)]);
  });

  it('lists products in the order of their SKUs', async () => {
    const { loop } = replica(database);
    await loop.settle(['b', 'a', 'B', 'c'].map((sku) => put(sku)));
    expect((await listItems(database, '', 3)).map(({ sku }) => sku)).toEqual(['B', 'a', 'b']);
    expect((await listItems(database, 'b', 3)).map(({ sku }) => sku)).toEqual(['c']);
  });

  describe('saves nothing at all', () => {
    const tea = item('tea', { version: 2, onHand: 5 });
    const more = item('tea', { version: 3, onHand: 6 });

    beforeEach(async () => {
      await save({ changes: [[itemKey('tea'), undefined, item('tea')]] });
      await save({ changes: [[itemKey('tea'), item('tea'), tea]], moved: [received('tea', 2, 5)] });
      await save({ changes: [[orderKey(first), undefined, held(first, { status: 'rejected', lines: [] })]] });
    });

    const rejected = held(first, { status: 'rejected', lines: [] });
    const refused = held(first, { status: 'commit_refused', lines: [], version: 2 });
    const fresh: Draft['changes'][number] = [
      orderKey(second),
      undefined,
      held(second, { status: 'released', lines: [] }),
    ];
    it.each<[string, Draft]>([
      [
        'when a level has moved on',
        { changes: [fresh, [itemKey('tea'), item('tea'), { ...tea, onHand: 9 }]] },
      ],
      [
        'when a product has moved on',
        { changes: [fresh, [itemKey('tea'), item('tea'), { ...tea, name: 'x' }]] },
      ],
      [
        'when a reservation has moved on',
        { changes: [fresh, [orderKey(first), { ...rejected, version: 3 }, { ...refused, version: 4 }]] },
      ],
      [
        'when a product is gone',
        { changes: [fresh, [itemKey('cup'), item('cup'), item('cup', { version: 2 })]] },
      ],
      ['when a product is there already', { changes: [fresh, [itemKey('tea'), undefined, item('tea')]] }],
      ['when a reservation is there already', { changes: [fresh, [orderKey(first), undefined, rejected]] }],
      [
        'when a movement is there already',
        { changes: [fresh, [itemKey('tea'), tea, more]], moved: [received('tea', 2, 1)] },
      ],
    ])('%s', async (_, draft) => {
      const failure = await save(draft).catch((error: unknown) => error);
      expect(classify(failure)).toBe('conflict');
      expect(await load(itemKey('tea'), orderKey(first), orderKey(second))).toEqual(
        new Map<string, StockState>([
          [orderKey(first), rejected],
          [itemKey('tea'), tea],
        ]),
      );
    });
  });

  it('finds every row by its key, also in plans that were made while the tables were empty', async () => {
    const plans = await database.transaction(async (tx) => {
      await stockStore.load(tx, [orderKey(first)], true);
      await stockStore.save(tx, saving({ changes: [] }));
      const { rows: loading } = await tx.query(`explain execute stock_load_locked('{a}', '{b}', '{}')`);
      const { rows: saved } = await tx.query(
        `explain execute stock_save('[]', '[]', '[]', '[]', '[]', '[]', '[]', '[]', '{}', 0)`,
      );
      return [...loading, ...saved].map((row) => row['QUERY PLAN'] as string);
    });
    expect(plans.filter((line) => /Seq Scan|Hash Join|Merge Join|Materialize/.test(line))).toEqual([]);
  });
});

describe('two replicas', () => {
  let loops: StockLoop[];
  let sent: string[][];

  beforeEach(() => {
    const replicas = [replica(database), replica(database)];
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
    const { version } = (await findItems(database, ['tea'])).get('tea') as Item;
    await there().settle([adjust('tea', { delta: 1, reason: 'received' }, KEYS[3], KEYS[3])]);
    const [replaced] = await here().settle([put('tea', { name: 'Gyokuro' }, version + 1)]);
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
    const short = replica(database, { holdMs: 0, graceMs: 0 });
    await stocked(here(), { tea: 5 });
    await short.loop.settle([reserve({ tea: 1 }, ORDERS[0])]);
    await here().settle([reserve({ tea: 2 }, ORDERS[1])]);
    // The decision takes the time from this process, which may be a moment behind.
    await database.query(
      `update reservations set expires_at = expires_at - interval '1 minute' where order_id = $1`,
      [ORDERS[0]],
    );
    expect(await listDueOrders(database, HOLD.graceMs, 10)).toEqual([ORDERS[0]]);
    expect(await listDueOrders(database, 2 * 60_000, 10)).toEqual([]);
    await Promise.all([here(), there()].map((loop) => releaseDueHolds(database, loop, HOLD.graceMs)));
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
