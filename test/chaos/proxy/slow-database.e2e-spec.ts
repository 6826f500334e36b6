import { setTimeout as pause } from 'node:timers/promises';
import { classify, Database, mayHaveHappened } from '#persistence';
import { type TestDatabase, testDatabase } from '#testing';
import { TcpProxy } from './proxy.js';

const PATIENCE_MS = 20_000;
/** A connection takes five answers of the server to be made: longer than anybody waits for it. */
const SLOW = { kind: 'latency', ms: 150, jitterMs: 0 } as const;
const ANSWER_MS = 1_500;

let testing: TestDatabase;
let line: TcpProxy;
let database: Database;

beforeAll(async () => {
  testing = await testDatabase();
});
afterAll(() => testing?.drop());
beforeEach(async () => {
  line = await TcpProxy.before({ target: new URL(testing.url) });
  const url = line.through(testing.url);
  database = new Database({ url, applicationName: 'slow', answerMs: ANSWER_MS });
});
afterEach(async () => {
  line.heal();
  await database.close();
  await line.close();
});

const WAYS = {
  'a query': () => database.query('select 1'),
  'a transaction': () => database.transaction((tx) => tx.query('select 1')),
};

const outcomeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'answered',
    (error: unknown) => error,
  );

async function answersAtLast(work: () => Promise<unknown>): Promise<void> {
  let last: unknown;
  for (const deadline = Date.now() + PATIENCE_MS; last !== 'answered' && Date.now() < deadline; ) {
    await pause(100);
    last = await outcomeOf(work());
  }
  expect(last).toBe('answered');
}

describe.each(Object.entries(WAYS))('%s', (_, work) => {
  it('of a database to which it takes long to connect fails in time, has done nothing, and works in the end', async () => {
    line.spoil(SLOW);
    const first = await outcomeOf(work());
    expect(classify(first)).toBe('transient');
    expect(mayHaveHappened(first)).toBe(false);
    await answersAtLast(work);
  });

  it('of a database that has gone without a word fails, may have been carried out, and works when it is back', async () => {
    await answersAtLast(work);
    line.spoil({ kind: 'blackhole' });
    const late = pause(PATIENCE_MS, 'never', { ref: false });
    const unanswered = await Promise.race([outcomeOf(work()), late]);
    expect(unanswered).toBeInstanceOf(Error);
    expect(classify(unanswered)).toBe('transient');
    expect(mayHaveHappened(unanswered)).toBe(true);
    line.heal();
    await answersAtLast(work);
  });
});
