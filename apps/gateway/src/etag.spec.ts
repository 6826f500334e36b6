import { Rejected } from '#contracts';
import { etag, expectedVersion, isKnown } from './etag.js';

describe('isKnown', () => {
  test.each(['"5"', ' "5" ', 'W/"5"', '"4", "5"', '"4",W/"5"', '*'])('finds version 5 in %s', (header) => {
    expect(isKnown(header, 5)).toBe(true);
  });

  test.each([undefined, '', '5', '"55"', '"4"', 'w/"5"'])('does not find version 5 in %p', (header) => {
    expect(isKnown(header, 5)).toBe(false);
  });
});

describe('expectedVersion', () => {
  test('reads back what etag wrote', () => {
    expect(expectedVersion(etag(42))).toBe(42);
  });

  test('is not there without a header', () => {
    expect(expectedVersion(undefined)).toBeUndefined();
  });

  test.each(['', '5', '*', 'W/"5"', '"a"', '"1", "2"', '"99999999999999999999"'])('refuses %p', (header) => {
    expect(() => expectedVersion(header)).toThrow(Rejected);
  });
});
