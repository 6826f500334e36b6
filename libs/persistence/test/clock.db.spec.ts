import { type TestDatabase, testDatabase } from '#testing';
import { Database, MOST_AHEAD_MS, migrate, migrationsOf } from '../src/index.js';

const HOUR_MS = 3_600_000;

let testing: TestDatabase;
const opened: Database[] = [];

/** One replica of a service. */
function replica(movableClock: boolean): Database {
  const database = new Database({ url: testing.url, applicationName: 'clock', movableClock });
  opened.push(database);
  return database;
}

beforeAll(async () => {
  testing = await testDatabase();
  await migrate(testing.url, await migrationsOf('none'));
});
afterAll(async () => {
  for (const database of opened) await database.close();
  await testing?.drop();
});
beforeEach(() => testing.database.query('delete from test_clock'));

const aheadOf = (database: Database): number => database.now().getTime() - Date.now();

describe('a clock that tests may move', () => {
  it('is ahead in every replica, and tells whoever waits for a time', async () => {
    const [one, other] = [replica(true), replica(true)];
    let told = 0;
    const hasHeard = new Promise<void>((resolve) => other.clock.onAdvance(resolve));
    other.clock.onAdvance(() => told++);
    expect(await one.clock.advance({ byMs: HOUR_MS, atLeastMs: 0 })).toBe(HOUR_MS);
    // A replica that is kept from the processor looks later than the time that it is given.
    await hasHeard;
    for (const database of [one, other]) expect(Math.abs(aheadOf(database) - HOUR_MS)).toBeLessThan(5_000);
    expect(told).toBe(1);
    expect(await other.clock.advance({ byMs: HOUR_MS, atLeastMs: 0 })).toBe(2 * HOUR_MS);
  });

  it('follows another one without ever going back', async () => {
    const { clock } = replica(true);
    expect(await clock.advance({ byMs: 0, atLeastMs: HOUR_MS })).toBe(HOUR_MS);
    expect(await clock.advance({ byMs: 0, atLeastMs: 1 })).toBe(HOUR_MS);
    expect(clock.aheadMs).toBe(HOUR_MS);
  });

  it('is still ahead after a restart', async () => {
    await replica(true).clock.advance({ byMs: HOUR_MS, atLeastMs: 0 });
    const restarted = replica(true);
    await restarted.ping();
    expect(restarted.clock.aheadMs).toBe(HOUR_MS);
  });

  it('goes no further than ten years', async () => {
    const { clock } = replica(true);
    await clock.advance({ byMs: MOST_AHEAD_MS, atLeastMs: 0 });
    expect(await clock.advance({ byMs: 1, atLeastMs: 0 })).toBeUndefined();
    expect(clock.aheadMs).toBe(MOST_AHEAD_MS);
  });
});

describe('any other clock', () => {
  it("can't be moved, not even by what stands in the table", async () => {
    const database = replica(false);
    await expect(database.clock.advance({ byMs: HOUR_MS, atLeastMs: 0 })).rejects.toThrow(/TEST_CLOCK/);
    await replica(true).clock.advance({ byMs: HOUR_MS, atLeastMs: 0 });
    await database.ping();
    expect(database.clock.aheadMs).toBe(0);
    expect(Math.abs(aheadOf(database))).toBeLessThan(5_000);
  });
});
