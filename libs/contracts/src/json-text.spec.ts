import fc from 'fast-check';
import { findFault, MAX_DEPTH } from './json-text.js';

const named = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(([key, inner]) => key in Object.prototype || named(inner));

describe('findFault', () => {
  test('accepts whatever JSON.stringify makes of plain values', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, noUnicodeString: false }), (value) => {
        fc.pre(!named(value) && !/\d{16}|e\+/.test(JSON.stringify(value)));
        expect(findFault(JSON.stringify(value))).toBeUndefined();
        expect(findFault(JSON.stringify(value, null, 2))).toBeUndefined();
      }),
    );
  });

  test('names a key that is there twice, however it is spelled', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 2 }), (key, value) => {
        fc.pre(!(key in Object.prototype) && !named(value) && !/\d{16}|e\+/.test(JSON.stringify(value)));
        const escaped = `"${Array.from(key, unicodeEscape).join('')}"`;
        const text = `{"a":[{${JSON.stringify(key)}:${JSON.stringify(value)},${escaped}:1}]}`;
        expect(findFault(text)?.detail).toBe('must not be there twice');
      }),
    );
  });

  test.each([
    ['{"a":1,"b":{"a":1},"a":2}', '/a', 'must not be there twice'],
    ['{"lines":[{"sku":1},{"sku":1,"x":[],"sku":2}]}', '/lines/1/sku', 'must not be there twice'],
    ['{"metadata":{"__proto__":{}}}', '/metadata/__proto__', 'must not be used as a name'],
    ['{"metadata":{"constructor":"x"}}', '/metadata/constructor', 'must not be used as a name'],
    ['{"\\u005f_proto__":1}', '/__proto__', 'must not be used as a name'],
    ['{"lines":[{"quantity":1e400}]}', '/lines/0/quantity', 'must be between -(2^53 - 1) and 2^53 - 1'],
    ['[1,{"a/b~c":-9007199254740993}]', '/1/a~1b~0c', 'must be between -(2^53 - 1) and 2^53 - 1'],
  ])('%s is at fault at %s', (text, pointer, detail) => {
    expect(findFault(text)).toEqual({ pointer, detail });
  });

  test('lets equal keys of different objects be, and colons, quotes and braces inside strings', () => {
    expect(findFault('{"a":"{\\"a\\":1,\\\\","b":[{"a":1},{"a":1}]," ":"}]"}')).toBeUndefined();
  });

  test('stops at the depth limit and not before', () => {
    expect(findFault('['.repeat(MAX_DEPTH) + ']'.repeat(MAX_DEPTH))).toBeUndefined();
    const deeper = findFault('['.repeat(MAX_DEPTH + 1) + ']'.repeat(MAX_DEPTH + 1));
    expect(deeper).toMatchObject({ pointer: '/0'.repeat(MAX_DEPTH) });
  });
});

function unicodeEscape(char: string): string {
  return [...Array(char.length).keys()]
    .map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
}
