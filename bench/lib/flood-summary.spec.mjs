import { recoveryMs } from './flood-summary.mjs';

/** Half seconds with four orders each: how long they took, or that they were refused. @param {readonly (number | 'refused')[]} slices */
const endedOf = (slices) =>
  slices.flatMap((how, i) =>
    [0, 100, 200, 300].map((ms) => ({
      dueMs: 1_000 + i * 500 + ms,
      lateMs: how === 'refused' ? 1 : how,
      tookMs: 1,
      outcome: how === 'refused' ? 'refused' : 'confirmed',
    })),
  );

it.each([
  ['at once', [50, 50, 50, 50], 0],
  ['when nothing is refused and nothing late any more', ['refused', 500, 50, 50, 50, 50], 1_000],
  ['not between two hiccups', [500, 50, 50, 50, 500, 50, 50, 50, 50], 2_500],
  ['before a hiccup that comes two seconds later', [500, 50, 50, 50, 50, 500, 50], 500],
  ['never, and says more than was looked at', [500, 50, 50, 500, 50, 50], 5_000],
])('is over %s', (_, slices, expected) => {
  expect(recoveryMs(endedOf(/** @type {(number | 'refused')[]} */ (slices)), 1_000, 100)).toBe(expected);
});
