import fc from 'fast-check';
import { ConcurrencyLimit } from './concurrency-limit.js';

const OPTIONS = { fewest: 100, most: 1_000, targetMs: 200 };

/** A window full of answers, ten to the millisecond. */
function window(limit: ConcurrencyLimit, from: number, answer: { ms: number; inFlight: number }): void {
  for (let i = 0; i < 1_000; i++) limit.answered(answer.ms, answer.inFlight, from + i / 10);
}

function valueAfter(windows: number, answer: { ms: number; inFlight: number }): number {
  const limit = new ConcurrencyLimit(OPTIONS);
  for (let i = 0; i < windows; i++) window(limit, i * 100, answer);
  return limit.value;
}

describe('ConcurrencyLimit', () => {
  test('grows while answers come in time and the room is used, up to the most', () => {
    expect(valueAfter(10, { ms: 50, inFlight: 1_000 })).toBeGreaterThan(250);
    expect(valueAfter(1_000, { ms: 50, inFlight: 1_000 })).toBe(1_000);
  });

  test('has twice the fewest when it begins, and does not grow for room that nobody uses', () => {
    expect(valueAfter(0, { ms: 50, inFlight: 20 })).toBe(200);
    expect(valueAfter(100, { ms: 50, inFlight: 20 })).toBe(200);
  });

  test('has twice the fewest again when answers come in time again, used or not', () => {
    const limit = new ConcurrencyLimit(OPTIONS);
    for (let i = 0; i < 100; i++) window(limit, i * 100, { ms: 500, inFlight: 1_000 });
    expect(limit.value).toBe(100);
    for (let i = 0; i < 100; i++) window(limit, 10_000 + i * 100, { ms: 50, inFlight: 20 });
    expect(limit.value).toBeGreaterThanOrEqual(200);
    expect(limit.value).toBeLessThan(210);
  });

  test('shrinks by a tenth when answers are late, down to the fewest', () => {
    const limit = new ConcurrencyLimit(OPTIONS);
    for (let i = 0; i < 100; i++) window(limit, i * 100, { ms: 50, inFlight: 1_000 });
    const before = limit.value;
    // The first of these windows still has answers of before in it.
    for (let i = 0; i < 2; i++) window(limit, 10_000 + i * 100, { ms: 500, inFlight: 1_000 });
    expect(limit.value).toBeLessThan(before);
    expect(limit.value).toBeGreaterThanOrEqual(Math.floor(before * 0.8));
    for (let i = 0; i < 100; i++) window(limit, 11_000 + i * 100, { ms: 500, inFlight: 1_000 });
    expect(limit.value).toBe(100);
  });

  test('is moved by no single answer', () => {
    const limit = new ConcurrencyLimit(OPTIONS);
    limit.answered(10_000, 100, 0);
    limit.answered(10_000, 100, 60_000);
    expect(limit.value).toBe(200);
  });

  test('stays between the fewest and the most, whatever comes', () => {
    const answer = fc.record({ ms: fc.nat(5_000), inFlight: fc.nat(2_000), after: fc.nat(300) });
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 500 }), (answers) => {
        const limit = new ConcurrencyLimit(OPTIONS);
        let now = 0;
        return answers.every(({ ms, inFlight, after: pause }) => {
          now += pause;
          limit.answered(ms, inFlight, now);
          return limit.value >= OPTIONS.fewest && limit.value <= OPTIONS.most;
        });
      }),
    );
  });

  /** A server that answers 500 a second, whoever waits: so the time of an answer is what waits before it. */
  test('settles near what a server can do within the target', () => {
    const limit = new ConcurrencyLimit({ fewest: 20, most: 10_000, targetMs: 200 });
    const seen: number[] = [];
    for (let ms = 0; ms < 60_000; ms += 2) {
      limit.answered((limit.value / 500) * 1_000, limit.value, ms);
      if (ms > 30_000) seen.push(limit.value);
    }
    expect(Math.min(...seen)).toBeGreaterThan(80);
    expect(Math.max(...seen)).toBeLessThan(120);
  });
});
