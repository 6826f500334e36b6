import { Rejected, releaseStock, send } from '#contracts';
import { type Bundle, bundle, type Message, type Outcome } from '#messaging';
import { type Database, OutboxRelay, type OutboxRow, outboxCtes, type Queryable } from '#persistence';
import { type TestDatabase, testDatabase } from '#testing';
import { Loop, type Rules, type Saving, type Store } from '../src/index.js';

/** A domain of one number per key, small enough to see the loop through it. */
interface Counter {
  readonly version: number;
  readonly count: number;
}

interface Entry {
  readonly key: string;
  readonly count: number;
}

type Told = Message<'add' | 'poison', { key: string; by: number }>;

const rules: Rules<Counter, Entry, Told> = {
  keys: ({ data }) => ({ load: [data.key] }),
  decide(current, { type, data: { key, by } }) {
    const before = current.get(key) ?? { version: 0, count: 0 };
    // The database refuses a count below zero: what a defect of the rules would look like.
    const count = type === 'poison' ? -1 : before.count + by;
    return {
      put: [[key, { version: before.version + 1, count }]],
      append: [{ key, count }],
      send: [send(releaseStock, { orderId: key })],
      answer: { count },
      effects: [{ kind: key }],
    };
  },
};

const SCHEMA = `
  create table counters (key text primary key, count integer not null check (count >= 0), version integer not null);
  create table entries (key text not null, count integer not null, message_id text not null)`;

const SAVE = `
  with change as (select * from json_to_recordset($1::json) as c(key text, count integer, version integer, before integer)),
  inserted as (insert into counters (key, count, version) select key, count, version from change where before = 0 returning 1),
  updated as (update counters o set count = c.count, version = c.version from change c
    where c.before > 0 and o.key = c.key and o.version = c.before returning 1),
  added as (insert into entries select key, count, "messageId"
    from json_to_recordset($2::json) as e(key text, count integer, "messageId" text)),
  ${outboxCtes('$3', '$4')}
  select waybill_expect((select count(*) from inserted) + (select count(*) from updated), $5, 'counters')`;

/** The store, with hooks for what may happen between two steps. */
class CounterStore implements Store<Counter, Entry> {
  batches: number[] = [];
  beforeSave: () => Promise<void> = async () => undefined;
  afterSave: () => Promise<void> = async () => undefined;

  async load(db: Queryable, keys: readonly string[], lock: boolean): Promise<Map<string, Counter>> {
    const { rows } = await db.query<Counter & { key: string }>(
      `select key, count, version from counters where key = any($1) order by key ${lock ? 'for update' : ''}`,
      [keys],
    );
    return new Map(rows.map(({ key, count, version }) => [key, { count, version }]));
  }

  async save(db: Queryable, saving: Saving<Counter, Entry>): Promise<void> {
    await this.beforeSave();
    const changes = saving.changes.map(({ key, before, after }) => ({
      key,
      ...after,
      before: before?.version ?? 0,
    }));
    const entries = saving.appended.map(({ row, cause }) => ({ ...row, messageId: cause.id }));
    await db.query(SAVE, [
      JSON.stringify(changes),
      JSON.stringify(entries),
      JSON.stringify(saving.outbox),
      saving.sent,
      changes.length,
    ]);
    this.batches.push(saving.appended.length);
    await this.afterSave();
  }
}

let testing: TestDatabase;
let database: Database;
let sequence = 0;

const add = (key: string, by = 1, type: Told['type'] = 'add'): Told => ({
  type,
  data: { key, by },
  id: `m${++sequence}`,
  causationId: null,
  source: 'test',
  trace: { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, requestId: 'req_1' },
  attempt: 1,
  replyTo: null,
});

function replica(of = rules): {
  loop: Loop<Counter, Entry, Told>;
  store: CounterStore;
  published: OutboxRow[];
  performed: string[];
} {
  const store = new CounterStore();
  const published: OutboxRow[] = [];
  const performed: string[] = [];
  const relay = new OutboxRelay({ database, publish: async (row) => void published.push(row) });
  const loop = new Loop<Counter, Entry, Told>({
    rules: of,
    store,
    database,
    relay,
    bundle,
    notify: () => undefined,
    perform: ({ kind }) => void performed.push(`${kind}, saved: ${store.batches.length}`),
  });
  return { loop, store, published, performed };
}

async function countOf(key: string): Promise<{ count: number; version: number } | undefined> {
  return (await database.query('select count, version from counters where key = $1', [key])).rows[0];
}

const counts = (outcomes: readonly Outcome[]): unknown[] =>
  outcomes.map((outcome) =>
    'ok' in outcome ? (outcome.ok as { count: number }).count : Object.keys(outcome)[0],
  );

beforeAll(async () => {
  testing = await testDatabase();
  database = testing.database;
  await database.query(SCHEMA);
});

afterAll(async () => {
  await testing?.drop();
});

test.each([1, 2, 64, 256, 300])(
  'settles %i messages of one key in order, each exactly once',
  async (size) => {
    const { loop, store } = replica();
    const key = `size-${size}`;
    const outcomes = await loop.settle(Array.from({ length: size }, () => add(key)));
    expect(counts(outcomes)).toEqual(Array.from({ length: size }, (_, i) => i + 1));
    expect(await countOf(key)).toEqual({ count: size, version: size });
    expect(store.batches.reduce((sum, batch) => sum + batch, 0)).toBe(size);
    expect(Math.max(...store.batches)).toBeLessThanOrEqual(256);
  },
);

test('takes what arrived during a save as one next batch', async () => {
  const { loop, store } = replica();
  let calls: Promise<readonly Outcome[]>[] = [];
  store.beforeSave = async () => {
    if (calls.length === 0) calls = Array.from({ length: 50 }, () => loop.settle([add('gathering')]));
  };
  await loop.settle([add('gathering')]);
  await Promise.all(calls);
  expect(store.batches).toEqual([1, 50]);
});

test('rolls a batch back for a poison message and carries out all the others', async () => {
  const { loop } = replica();
  const batch = [add('good-1'), add('bad', 1, 'poison'), add('good-2'), add('good-1')];
  expect(counts(await loop.settle(batch))).toEqual([1, 'failed', 1, 2]);
  expect(await countOf('bad')).toBeUndefined();
  expect(await countOf('good-1')).toEqual({ count: 2, version: 2 });
});

test('decides again with fresh state when another replica was faster', async () => {
  const [first, second] = [replica(), replica()];
  await first.loop.settle([add('shared')]);
  await second.loop.settle([add('shared')]);
  expect(counts(await first.loop.settle([add('shared')]))).toEqual([3]);
  expect(await countOf('shared')).toEqual({ count: 3, version: 3 });
});

test('loses no count between two replicas that fight over one key', async () => {
  const replicas = [replica(), replica(), replica()];
  await Promise.all(
    replicas.flatMap(({ loop }) =>
      Array.from({ length: 100 }, () => loop.settle([add('fight'), add('fight')])),
    ),
  );
  expect(await countOf('fight')).toEqual({ count: 600, version: 600 });
  const { rows } = await database.query(
    'select count(distinct count)::int as steps from entries where key = $1',
    ['fight'],
  );
  expect(rows).toEqual([{ steps: 600 }]);
});

test('publishes what a save sent, from memory, and deletes it with a later save', async () => {
  const { loop, published } = replica();
  await loop.settle([add('sends'), add('sends')]);
  expect(published).toHaveLength(1);
  expect(JSON.parse(published[0]?.body ?? '[]')).toHaveLength(2);
  await loop.settle([add('sends')]);
  const ids = published.map(({ id }: Pick<Bundle, 'id'>) => id);
  const { rows } = await database.query('select id from outbox where id = any($1)', [ids]);
  expect(rows.map(({ id }) => id)).toEqual(ids.slice(1));
});

test('deletes what was confirmed though the first save that was to do it has failed', async () => {
  const { loop, store, published } = replica();
  await loop.settle([add('confirmed')]);
  store.beforeSave = async () => {
    throw new Error('no');
  };
  expect(counts(await loop.settle([add('confirmed')]))).toEqual(['failed']);
  store.beforeSave = async () => undefined;
  await loop.settle([add('confirmed')]);
  const { rows } = await database.query('select id from outbox where id = $1', [published[0]?.id]);
  expect(rows).toEqual([]);
});

test('starts what a decision asks for when it is saved, and never what could not be', async () => {
  const { loop, store, performed } = replica();
  await loop.settle([add('called')]);
  store.beforeSave = async () => {
    throw new Error('no');
  };
  expect(counts(await loop.settle([add('called')]))).toEqual(['failed']);
  expect(performed).toEqual(['called, saved: 1']);
});

test('finds the truth when the answer to the commit is lost', async () => {
  const { loop, store } = replica();
  let lost = false;
  store.afterSave = async () => {
    if (lost) return;
    lost = true;
    throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
  };
  const outcomes = await loop.settle([add('commit')]);
  // A counter can't tell a repeat; what it shows is that the second try saw what the first had saved.
  expect(counts(outcomes)).toEqual([2]);
  expect(await countOf('commit')).toEqual({ count: 2, version: 2 });
});

test('does not refuse what it may have done itself when the answer to the commit is lost', async () => {
  const onlyOnce: typeof rules = {
    ...rules,
    decide(current, message, now) {
      if ((current.get(message.data.key)?.version ?? 0) > 0) throw new Rejected('version-mismatch');
      return rules.decide(current, message, now);
    },
  };
  const { loop, store } = replica(onlyOnce);
  const lost = Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
  store.afterSave = () => Promise.reject(lost);
  expect(await loop.settle([add('once')])).toEqual([{ failed: lost }]);
  expect(await countOf('once')).toEqual({ count: 1, version: 1 });
  const [again] = await loop.settle([add('once')]);
  expect(again).toMatchObject({ refused: { code: 'version-mismatch' } });
});

test('answers every message as failed when the database stays away, and goes on when it is back', async () => {
  const { loop, store } = replica();
  store.beforeSave = async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  };
  expect(counts(await loop.settle([add('away'), add('away')]))).toEqual(['failed', 'failed']);
  store.beforeSave = async () => undefined;
  expect(counts(await loop.settle([add('away')]))).toEqual([1]);
});
