import fc from 'fast-check';
import { waitSeconds } from './prefer.js';

describe('waitSeconds', () => {
  test.each([
    ['wait=5', 5],
    ['Wait = 7', 7],
    ['wait="3"', 3],
    ['respond-async, wait=5', 5],
    ['handling=lenient;foo="wait=9, wait=8", wait=2; x=1', 2],
    ['wait=10', 10],
    ['wait=86400', 10],
    ['wait=0', 0],
    ['wait=4, wait=9', 4],
  ])('reads %s as %i', (header, seconds) => {
    expect(waitSeconds(header)).toBe(seconds);
  });

  test.each([
    undefined,
    '',
    'wait',
    'wait=',
    'wait=-1',
    'wait=1.5',
    'wait=1e1',
    'wait=5s',
    'awaited=5',
    '"wait=5"',
  ])('ignores %p', (header) => {
    expect(waitSeconds(header)).toBeUndefined();
  });

  test('lets only the first of two count, even when it is no number', () => {
    expect(waitSeconds('wait=soon, wait=5')).toBeUndefined();
  });

  test('never throws and never waits longer than the limit', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[wait=0-9",; \\]*$/)), (header) => {
        const seconds = waitSeconds(header);
        expect(seconds === undefined || (seconds >= 0 && seconds <= 10)).toBe(true);
      }),
    );
  });
});
