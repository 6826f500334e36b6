import fc from 'fast-check';
import { Idempotency, validate } from '#contracts';
import { canonical, idempotencyKey, idempotencyOf } from './idempotency.js';

const asked = { caller: 'shop', route: 'POST /v1/orders', path: '/v1/orders', body: { a: 1 } };

describe('idempotencyKey', () => {
  test('is what the header says, whatever its case', () => {
    expect(idempotencyKey(['Host', 'x', 'IDEMPOTENCY-Key', '6f1c'])).toBe('6f1c');
  });

  test('is missing without the header', () => {
    expect(() => idempotencyKey(['Host', 'idempotency-key'])).toThrow(/idempotency-key-missing/);
  });

  test.each([
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
    ['not ASCII', 'clé'],
    ['a tab', 'a\tb'],
  ])('is refused when it is %s', (_what, key) => {
    expect(() => idempotencyKey(['Idempotency-Key', key])).toThrow(/idempotency-key-invalid/);
  });

  test('is refused when it is sent twice, even with the same value', () => {
    expect(() => idempotencyKey(['Idempotency-Key', 'a', 'idempotency-key', 'a'])).toThrow(
      /idempotency-key-invalid/,
    );
  });
});

describe('idempotencyOf', () => {
  test('passes the validation of the contract', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (key, body) => {
        expect(validate(Idempotency, idempotencyOf(key, { ...asked, body: { body } }), true)).toHaveProperty(
          'value',
        );
      }),
    );
  });

  test('gives another key to another caller, route and key', () => {
    const keys = [
      idempotencyOf('k', asked),
      idempotencyOf('l', asked),
      idempotencyOf('k', { ...asked, caller: 'shop2' }),
      idempotencyOf('k', { ...asked, route: 'POST /v1/payments' }),
    ];
    expect(new Set(keys.map(({ key }) => key)).size).toBe(4);
    expect(new Set(keys.map(({ fingerprint }) => fingerprint)).size).toBe(1);
  });

  test('gives another fingerprint to another body and another path, and keeps the key', () => {
    const all = [
      idempotencyOf('k', asked),
      idempotencyOf('k', { ...asked, body: { a: 2 } }),
      idempotencyOf('k', { ...asked, path: '/v1/stock/TEA/adjustments' }),
    ];
    expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(3);
    expect(new Set(all.map(({ key }) => key)).size).toBe(1);
  });
});

describe('canonical', () => {
  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonical(reversed)).toBe(canonical(value));
      }),
    );
  });

  test('tells different values apart', () => {
    fc.assert(
      fc.property(withoutNull(), withoutNull(), (a, b) => {
        expect(canonical(a) === canonical(b)).toBe(isDeepEqual(a, b));
      }),
    );
  });

  test('takes null for absent', () => {
    expect(canonical({ a: null, b: undefined, c: 1 })).toBe('{"c":1}');
  });
});

function withoutNull(): fc.Arbitrary<unknown> {
  return fc.object({ maxDepth: 2, values: [fc.integer(), fc.string(), fc.boolean()] });
}

function isDeepEqual(a: unknown, b: unknown): boolean {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
}
