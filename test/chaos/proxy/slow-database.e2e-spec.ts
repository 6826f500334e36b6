import { setTimeout as pause } from 'node:timers/promises';
import { classify, Database, mayHaveHappened } from '#persistence';
import { type TestDatabase, testDatabase } from '#testing';
import { TcpProxy } from './proxy.js';

const PATIENCE_MS = 20_000;
/** A connection takes five answers of the server to be made: longer than anybody waits for it. */
const SLOW = { kind: 'latency', ms: 150, jitterMs: 0 } as const;

let testing: TestDatabase;
let line: TcpProxy;
let database: Database;

beforeEach(async () => {
  testing = await testDatabase();
  line = await TcpProxy.before({ target: new URL(testing.url) });
  database = new Database({ url: line.through(testing.url), applicationName: 'slow' });
});
afterEach(async () => {
  line.heal();
  await database.close();
  await line.close();
  await testing.drop();
});

const one = (): Promise<unknown> =>
  database.query('select 1').then(
    () => 'answered',
    (error: unknown) => error,
  );

describe('a database to which it takes long to connect', () => {
  it('is reported as away in time, as one that has done nothing, and is connected to nevertheless', async () => {
    line.spoil(SLOW);
    const first = await one();
    expect(classify(first)).toBe('transient');
    expect(mayHaveHappened(first)).toBe(false);
    let last: unknown;
    for (const deadline = Date.now() + PATIENCE_MS; last !== 'answered' && Date.now() < deadline; ) {
      await pause(100);
      last = await one();
    }
    expect(last).toBe('answered');
  });

  it('is connected to for transactions too', async () => {
    line.spoil(SLOW);
    const work = () =>
      database
        .transaction((tx) => tx.query('select 1'))
        .then(
          () => 'done',
          () => 'failed',
        );
    expect(await work()).toBe('failed');
    let last = '';
    for (const deadline = Date.now() + PATIENCE_MS; last !== 'done' && Date.now() < deadline; ) {
      await pause(100);
      last = await work();
    }
    expect(last).toBe('done');
  });
});
