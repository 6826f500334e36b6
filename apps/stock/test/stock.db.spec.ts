import { type Saving } from '#loop';
import { classify } from '#persistence';
import { type Item, type Movement } from '../src/item.js';
import { listItems } from '../src/item.store.js';
import { itemKey, orderKey, type Reservation, type StockRow, type StockState } from '../src/state.js';
import { stockStore } from '../src/stock.store.js';
import { KEYS, ORDERS, replica, setUp, stocked } from './stock-database.js';
import { adjust, change, commit, message, put, release, reserve, rules } from './warehouse.js';

const at = new Date('2026-11-23T10:00:00.123Z');

const stock = setUp();

const item = (sku: string, more: Partial<Item> = {}): Item => ({
  kind: 'item',
  sku,
  version: 1,
  productVersion: 1,
  name: 'Ünïcode 茶 "quoted" \\',
  amount: 1_000_000_000_000,
  currency: 'EUR',
  otherPrices: null,
  active: true,
  onHand: 0,
  reserved: 0,
  backorderLimit: 0,
  backorderMost: 0,
  safetyStock: 0,
  lowStockThreshold: null,
  locations: null,
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

const saving = ({ changes, moved = [] }: Draft): Saving<StockState, StockRow> => ({
  changes: changes.map(([key, before, after]) => ({ key, before, after })),
  appended: moved.map((row) => ({ row, cause: message('test', {}) })),
  outbox: [],
  sent: [],
});
const save = (draft: Draft): Promise<void> => stockStore.save(stock.database, saving(draft));
const load = (...keys: string[]): Promise<Map<string, StockState>> =>
  stockStore.load(stock.database, keys, false);
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

async function untilSomebodyWaits(): Promise<void> {
  const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
  for (const deadline = Date.now() + 3_500; Date.now() < deadline; ) {
    if ((await stock.database.query(waiting)).rows.length > 0) return;
  }
  throw new Error('nobody waits for the lock');
}

test('a product is created with all that was decided about it in the same batch', async () => {
  const settings = { safetyStock: 2, lowStockThreshold: 3, backorderLimit: 4, backorderMost: 4 };
  const made = item('tea', settings);
  const spread = item('cup', { locations: [{ location: 'main', onHand: 0, reserved: 0 }] });
  await save({
    changes: [
      [itemKey('tea'), undefined, made],
      [itemKey('cup'), undefined, spread],
    ],
  });
  expect(await load(itemKey('tea'), itemKey('cup'))).toEqual(
    new Map([
      [itemKey('tea'), made],
      [itemKey('cup'), spread],
    ]),
  );
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
    expect(await stock.database.transaction((tx) => stockStore.load(tx, keys, true))).toEqual(
      await load(...keys),
    );
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
    const { loop } = replica(stock.database);
    await stocked(loop, { tea: 5, cup: 5 });
    await loop.settle([reserve({ tea: 2, cup: 1 }, first)]);
    expect([...(await load(orderKey(first))).keys()].sort()).toEqual([orderKey(first), 'sku:cup', 'sku:tea']);
    await loop.settle([commit(first), release(first)]);
    expect([...(await load(orderKey(first))).keys()]).toEqual([orderKey(first)]);
  });

  it('keeps the lines that a reservation was changed to, and which change it was', async () => {
    const { loop } = replica(stock.database);
    await stocked(loop, { tea: 5, cup: 5 });
    await loop.settle([reserve({ tea: 2 }, first), change({ tea: 1, cup: 3 }, 3, { orderId: first })]);
    await loop.settle([change({ cup: 2 }, 4, { orderId: first })]);
    const lines = [{ sku: 'cup', quantity: 2 }];
    expect((await load(orderKey(first))).get(orderKey(first))).toMatchObject({ change: 4, lines });
  });

  it('lists products in the order of their SKUs', async () => {
    const { loop } = replica(stock.database);
    await loop.settle(['b', 'a', 'B', 'c'].map((sku) => put(sku)));
    expect((await listItems(stock.database, '', 3)).map(({ sku }) => sku)).toEqual(['B', 'a', 'b']);
    expect((await listItems(stock.database, 'b', 3)).map(({ sku }) => sku)).toEqual(['c']);
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
    const plans = await stock.database.transaction(async (tx) => {
      await stockStore.load(tx, [orderKey(first)], true);
      await stockStore.save(tx, saving({ changes: [] }));
      const { rows: loading } = await tx.query(`explain execute stock_load_locked('{a}', '{b}')`);
      const { rows: saved } = await tx.query(
        `explain execute stock_save('[]', '[]', '[]', '[]', '[]', '[]', '[]', '[]', '{}', 0)`,
      );
      return [...loading, ...saved].map((row) => row['QUERY PLAN'] as string);
    });
    expect(plans.filter((line) => /Seq Scan|Hash Join|Merge Join|Materialize/.test(line))).toEqual([]);
  });
});

describe('a load', () => {
  it('sees the key of a twin for whose lock it has waited', async () => {
    const { loop } = replica(stock.database);
    await stocked(loop, { tea: 5 });
    const key = KEYS[9] as string;
    const all = adjust('tea', { delta: -5, reason: 'damaged' }, key, key);
    let twin: Promise<Map<string, StockState>> | undefined;
    await stock.database.transaction(async (tx) => {
      const before = await stockStore.load(tx, [itemKey('tea'), `idem:${key}`], true);
      twin = stock.database.transaction(async (other) => {
        // Longer than a service waits: who holds the lock has to see first that somebody does.
        await other.query(`set local lock_timeout = '4s'`);
        return stockStore.load(other, [itemKey('tea'), `idem:${key}`], true);
      });
      await untilSomebodyWaits();
      const decision = rules.decide(before, all, at);
      const changes = (decision.put ?? []).map(
        ([changed, state]) => [changed, before.get(changed), state] as const,
      );
      await stockStore.save(tx, saving({ changes, moved: (decision.append ?? []) as readonly Movement[] }));
    });
    const seen = await twin;
    expect(seen?.get(itemKey('tea'))).toMatchObject({ onHand: 0, version: 3 });
    expect(seen?.get(`idem:${key}`)).toMatchObject({ level: { onHand: 0 } });
  });
});
