import { Clock } from './clock.js';
import { type Queryable } from './tx.js';

const HOUR_MS = 3_600_000;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A database whose clock is so far ahead of ours, and whose answers take as long as they are told to. */
function database() {
  const its = { aheadMs: 0, thereMs: 1, backMs: 1 };
  const query = async () => {
    jest.advanceTimersByTime(its.thereMs);
    const ms = Date.now() + its.aheadMs;
    jest.advanceTimersByTime(its.backMs);
    return { rows: [{ ms, ahead: 0 }] };
  };
  const clock = new Clock({ query } as unknown as Queryable, false);
  const look = async (thereMs: number, backMs: number): Promise<number> => {
    Object.assign(its, { thereMs, backMs });
    await clock.look();
    return clock.now().getTime() - Date.now();
  };
  return { its, look };
}

it('does not believe an answer that was long under way more than one that was not', async () => {
  const { its, look } = database();
  its.aheadMs = HOUR_MS;
  expect(await look(1, 1)).toBe(HOUR_MS);
  expect(await look(1, 400)).toBe(HOUR_MS);
  expect(await look(400, 1)).toBe(HOUR_MS);
});

it('takes what it can get as long as it knows nothing better', async () => {
  const { its, look } = database();
  its.aheadMs = HOUR_MS;
  expect(await look(1, 401)).toBe(HOUR_MS - 200);
  expect(await look(1, 201)).toBe(HOUR_MS - 100);
  expect(await look(1, 1)).toBe(HOUR_MS);
});

it('sees that the clock of the database was set, however slow the answer', async () => {
  const { its, look } = database();
  await look(1, 1);
  its.aheadMs = HOUR_MS;
  expect(await look(200, 200)).toBe(HOUR_MS);
  its.aheadMs = -HOUR_MS;
  expect(await look(200, 200)).toBe(-HOUR_MS);
});

it('trusts what it knows less and less', async () => {
  const { its, look } = database();
  await look(1, 1);
  // A clock that goes wrong by a tenth of a second in a quarter of an hour.
  jest.advanceTimersByTime(900_000);
  its.aheadMs = 100;
  expect(await look(50, 50)).toBe(100);
});
