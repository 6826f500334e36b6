import { newId } from '#contracts';
import { type DeadLetter } from '#messaging';
import { type Database, type OutboxRelay, type OutboxRow } from '#persistence';
import { type TestDatabase, testDatabase } from '#testing';
import { letterHandlersOf } from '../src/dead-letter.handlers.js';
import { discardLetter, findLetter, keepLetter, redriveLetters } from '../src/letters.store.js';
import { redriveHandlersOf } from '../src/redrive.handlers.js';
import { beginRedrive, findRedrive } from '../src/redrive.store.js';
import { redriveSome } from '../src/redrive.worker.js';

let testing: TestDatabase;
let database: Database;

beforeAll(async () => {
  testing = await testDatabase();
  database = testing.database;
});
afterAll(() => testing?.drop());

const letter = (change: Partial<DeadLetter> = {}): DeadLetter => ({
  id: newId('msg'),
  queue: 'order.events',
  source: 'stock',
  reason: 'defect',
  type: 'stock.reserved.v1',
  memberId: 'msg_1.0',
  traceId: null,
  error: 'no',
  stack: '',
  cause: '5d41402abc4b',
  attempts: 3,
  failedAt: '2026-11-25T10:00:00.000Z',
  body: Buffer.from('[{"id":"msg_1.0","attempt":20}]'),
  ...change,
});
const redrive = (...ids: string[]) =>
  database.transaction((tx) => redriveLetters(tx, ids, { actor: 'operator' }));
const statusOf = async (id: string) => (await findLetter(database, id))?.status;

test('a letter that is moved twice is one row, and what was done about it stays done', async () => {
  const one = letter();
  await keepLetter(database, one);
  await keepLetter(database, one);
  await database.transaction((tx) => discardLetter(tx, one.id, 'operator', 'a test'));
  await keepLetter(database, one);
  expect(await statusOf(one.id)).toBe('discarded');
});

test('a letter is sent back once, however many ask for it at once, with all its tries before it', async () => {
  const one = letter();
  await keepLetter(database, one);
  const sent = (await Promise.all([redrive(one.id), redrive(one.id), redrive(one.id)])).flat();
  expect(sent).toMatchObject([{ exchange: 'waybill.retry', routingKey: 'order.events', mandatory: true }]);
  expect(JSON.parse(sent[0]?.body ?? '')).toEqual([{ id: 'msg_1.0', attempt: 1 }]);
  const { rows } = await database.query('select id from outbox where id = $1', [sent[0]?.id]);
  expect(rows).toHaveLength(1);
});

test('a letter that the broker sets aside again, under the same id, waits for somebody again', async () => {
  const one = letter({ reason: 'delivery_limit' });
  await keepLetter(database, one);
  await redrive(one.id);
  expect(await statusOf(one.id)).toBe('redriven');
  await keepLetter(database, { ...one, failedAt: '2026-11-25T11:00:00.000Z' });
  expect(await statusOf(one.id)).toBe('dead');
});

test('a letter that dies anew waits for somebody again, also at a replica whose clock is behind', async () => {
  const one = letter();
  await keepLetter(database, one);
  await redrive(one.id);
  await keepLetter(database, { ...one, failedAt: '2026-11-25T09:59:00.000Z' });
  expect(await statusOf(one.id)).toBe('dead');
});

test('a redrive sends a letter once, also when it dies anew at a replica of the version before', async () => {
  const one = letter();
  await keepLetter(database, one);
  const { rows } = await database.query('select now() as begun');
  await redrive(one.id);
  // That version does not know when a letter was kept.
  await database.query(`update dead_letters set status = 'dead', failed_at = now() where id = $1`, [one.id]);
  const left = 'select 1 from dead_letters where id = $1 and kept_at <= $2';
  expect((await database.query(left, [one.id, rows[0].begun])).rows).toEqual([]);
});

test('a letter that comes again because whoever kept it died before the acknowledgement stays sent back', async () => {
  const one = letter();
  await keepLetter(database, one);
  await redrive(one.id);
  await keepLetter(database, one);
  expect(await statusOf(one.id)).toBe('redriven');
});

test('text that PostgreSQL has no place for is kept as near as it can be', async () => {
  const one = letter({ error: 'a\u0000b\ud800', reason: '\u0000', queue: 'a\u0000b' });
  await keepLetter(database, one);
  expect((await findLetter(database, one.id))?.error).toBe('a\ufffdb\ufffd');
});

const begin = async (canary: boolean, perSecond = 10) => {
  const asked = { id: newId('rdv'), actor: 'operator', perSecond, canary };
  await database.transaction((tx) => beginRedrive(tx, asked));
  return () => findRedrive(database, 'order', asked.id);
};

/** How many letters go when so many seconds have passed, and one replica looks. */
async function second(seconds = 1): Promise<number> {
  const sent: OutboxRow[] = [];
  await database.query(`update redrives set updated_at = updated_at - $1 * interval '1 second'`, [seconds]);
  const relay: Pick<OutboxRelay, 'dispatch'> = { dispatch: (rows) => void sent.push(...rows) };
  await redriveSome(database, relay as OutboxRelay);
  return sent.length;
}

test('a redrive of all leaves out what can never be sent back', async () => {
  await database.query('delete from dead_letters');
  const good = letter();
  const hopeless = ['malformed', 'forged'].map((reason) => letter({ reason, body: Buffer.from('tea') }));
  for (const one of [...hopeless, good]) await keepLetter(database, one);
  const view = await begin(false);
  expect(await second()).toBe(1);
  expect(await second()).toBe(0);
  expect(await view()).toMatchObject({ status: 'done', redriven: 1, left: 0 });
});

test('a redrive sends as many letters a second as it was told, however many replicas look, and however often', async () => {
  await database.query('delete from dead_letters');
  for (let n = 0; n < 100; n++) await keepLetter(database, letter());
  await begin(false, 10);
  expect(await second(0)).toBe(10);
  const looks = [0, 0.25, 0.25, 0.5, 0, 0.75, 0.15, 0.15, 0.95];
  let sent = 0;
  for (const seconds of looks) sent += await second(seconds);
  const due = 10 * looks.reduce((sum, seconds) => sum + seconds, 0);
  // The machine takes some time besides.
  expect(sent).toBeGreaterThanOrEqual(due - 1);
  expect(sent).toBeLessThan(due + 10);
  await database.query(`update redrives set status = 'done'`);
});

test('a look that began before another one sent ends nothing, and sends nothing', async () => {
  await database.query('delete from dead_letters');
  for (let n = 0; n < 20; n++) await keepLetter(database, letter());
  const view = await begin(false);
  expect(await second(0)).toBe(10);
  expect(await second(-1)).toBe(0);
  expect(await view()).toMatchObject({ status: 'running', left: 10 });
  await database.query(`update redrives set status = 'done'`);
});

describe.each([
  ['behind', -3_600_000],
  ['ahead', 3_600_000],
])('a redrive, while the clock of the service is %s', (_, skewMs) => {
  const failedAt = () => new Date(Date.now() + skewMs).toISOString();
  beforeEach(() => database.query('delete from dead_letters'));

  test('sends back what was dead when it began, once, though that dies again', async () => {
    const [one, other] = [letter({ failedAt: failedAt() }), letter({ failedAt: failedAt() })];
    for (const dead of [one, other]) await keepLetter(database, dead);
    const view = await begin(false);
    expect(await second()).toBe(2);
    await keepLetter(database, { ...one, failedAt: failedAt() });
    await keepLetter(database, letter({ failedAt: failedAt() }));
    expect(await statusOf(one.id)).toBe('dead');
    expect(await second()).toBe(0);
    expect(await view()).toMatchObject({ status: 'done', redriven: 2, left: 0 });
  });

  test('stops when its canary has come back', async () => {
    for (let n = 0; n < 2; n++) await keepLetter(database, letter({ failedAt: failedAt() }));
    const view = await begin(true);
    expect(await second()).toBe(1);
    await keepLetter(database, letter({ failedAt: failedAt() }));
    expect(await second()).toBe(0);
    expect(await view()).toMatchObject({ status: 'stopped', redriven: 1 });
  });
});

test('a page says whether others follow, also when it is just full', async () => {
  await database.query('delete from dead_letters');
  for (let n = 0; n < 2; n++) await keepLetter(database, letter());
  // biome-ignore lint/suspicious/noExplicitAny: the class is made for each service, and has no name to refer to.
  const handlers: any = new (letterHandlersOf('order'))(database);
  const pageOf = async (limit: number) => {
    const { data, more } = await handlers.list({ limit });
    return [data.length, more];
  };
  expect([await pageOf(1), await pageOf(2), await pageOf(3)]).toEqual([
    [1, true],
    [2, false],
    [2, false],
  ]);
});

describe('what was done', () => {
  /** Whose connections are gone as soon as something has been committed. */
  function breaking(): Database {
    let isBroken = false;
    const query: Database['query'] = (text, values) =>
      isBroken ? Promise.reject(new Error('no connection')) : database.query(text as string, values);
    const transaction: Database['transaction'] = async (work) => {
      const result = await database.transaction(work);
      isBroken = true;
      return result;
    };
    return { query, transaction } as Database;
  }
  const relay = { dispatch: () => undefined } as unknown as OutboxRelay;
  const actor = 'operator';
  let id: string;

  beforeEach(async () => {
    await database.query(`update redrives set status = 'done'`);
    ({ id } = letter());
    await keepLetter(database, letter({ id }));
  });

  // biome-ignore lint/suspicious/noExplicitAny: the classes are made for each service, and have no name to refer to.
  const handlers = (): any => ({
    letters: new (letterHandlersOf('order'))(breaking(), relay),
    redrives: new (redriveHandlersOf('order'))(breaking()),
  });

  test.each([
    ['a redrive of one', async () => handlers().letters.redrive({ id, actor }), 'redriven'],
    ['a discard', async () => handlers().letters.discard({ id, actor, reason: 'a test' }), 'discarded'],
    [
      'the beginning of a redrive',
      async () => handlers().redrives.begin({ id: newId('rdv'), actor, perSecond: 1, canary: true }),
      'canary',
    ],
    [
      'the end of a redrive',
      async () => {
        const redriveId = newId('rdv');
        await database.transaction((tx) =>
          beginRedrive(tx, { id: redriveId, actor, perSecond: 1, canary: true }),
        );
        return handlers().redrives.stop({ id: redriveId, actor });
      },
      'stopped',
    ],
  ])('is answered, %s, though nothing can be read after it', async (_, act, status) => {
    expect(await act()).toMatchObject({ status });
  });
});
