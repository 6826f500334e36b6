import { Rejected } from '#contracts';
import { etag, exactVersion, expectedVersion, isKnown, refuseConditions, replacedVersion } from './etag.js';

describe('isKnown', () => {
  test.each(['"5"', ' "5" ', 'W/"5"', '"4", "5"', '"4",W/"5"', '*'])('finds version 5 in %s', (header) => {
    expect(isKnown(header, 5)).toBe(true);
  });

  test.each([undefined, '', '5', '"55"', '"4"', 'w/"5"'])('does not find version 5 in %p', (header) => {
    expect(isKnown(header, 5)).toBe(false);
  });
});

/** The code of the refusal, and what is wrong in words. */
function refusal(act: () => unknown): [string, unknown] {
  try {
    act();
  } catch (error) {
    if (error instanceof Rejected)
      return [error.code, error.details.errors?.[0]?.pointer ?? error.details.detail];
    throw error;
  }
  throw new Error('not refused');
}

describe('expectedVersion', () => {
  test('reads back what etag wrote', () => {
    expect(expectedVersion(etag(42))).toBe(42);
  });

  test.each([undefined, '*', ' * '])('is none with %p: any that is there will do', (header) => {
    expect(expectedVersion(header)).toBeUndefined();
  });

  test.each(['W/"5"', ' W/"5"', 'W/"a"', 'W/""'])('is never that of the weak %p', (header) => {
    expect(refusal(() => expectedVersion(header))).toEqual([
      'version-mismatch',
      expect.stringContaining('A weak ETag'),
    ]);
  });

  test.each(['', '5', '"a"', '"1", "2"', 'W/"1", W/"2"', 'w/"5"', '"99999999999999999999"'])(
    'refuses %p',
    (header) => {
      expect(refusal(() => expectedVersion(header))).toEqual(['malformed-request', '/headers/if-match']);
    },
  );
});

describe('exactVersion', () => {
  test('is the same, but for "*"', () => {
    expect([exactVersion(etag(42)), exactVersion(undefined)]).toEqual([42, undefined]);
    expect(refusal(() => exactVersion('*'))).toEqual(['malformed-request', '/headers/if-match']);
  });
});

describe('replacedVersion', () => {
  test.each([
    [{}, undefined],
    [{ 'if-match': '"3"' }, 3],
    [{ 'if-none-match': '*' }, 0],
    [{ 'if-none-match': ' * ' }, 0],
  ])('of %j is %p', (conditions, version) => {
    expect(replacedVersion(conditions)).toBe(version);
  });

  test.each([
    [{ 'if-match': '*' }, '/headers/if-match'],
    [{ 'if-none-match': '"3"' }, '/headers/if-none-match'],
    [{ 'if-none-match': '' }, '/headers/if-none-match'],
    [{ 'if-match': '"3"', 'if-none-match': '*' }, '/headers/if-none-match'],
  ])('is not to be had of %j', (conditions, pointer) => {
    expect(refusal(() => replacedVersion(conditions))).toEqual(['malformed-request', pointer]);
  });
});

describe('refuseConditions', () => {
  test('lets through what has none', () => {
    expect(() => refuseConditions({}, new Set())).not.toThrow();
  });

  test('lets through what is evaluated', () => {
    expect(() => refuseConditions({ 'if-match': '"3"' }, new Set(['if-match']))).not.toThrow();
  });

  test.each([
    ['if-match', 'if-none-match'],
    ['if-none-match', 'if-match'],
  ])('refuses %s where only %s is evaluated', (name, evaluated) => {
    for (const value of ['*', '"3"', '']) {
      expect(refusal(() => refuseConditions({ [name]: value }, new Set([evaluated])))).toEqual([
        'malformed-request',
        `/headers/${name}`,
      ]);
    }
  });
});
