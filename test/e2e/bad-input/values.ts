/** A value as JSON text: JSON.stringify could not write all of them. */
export interface BadValue {
  readonly name: string;
  readonly json: string;
  /** Not good for any field, whatever its schema says. */
  readonly never?: true;
}

const text = (name: string, json: string): BadValue => ({ name, json: `"${json}"`, never: true });
const number = (json: string): BadValue => ({ name: json, json, never: true });
const plain = (json: string): BadValue => ({ name: json, json });

export const DEEP = 30;

/** Put into every field of every body. */
export const BAD_VALUES: readonly BadValue[] = [
  ...[
    'null',
    'true',
    '0',
    '-1',
    '-0',
    '1.5',
    '1e15',
    '1000000000001',
    '""',
    '" "',
    '"1"',
    '"true"',
    '"null"',
  ].map(plain),
  ...['[]', '{}', '[null]', '[[]]', '[{}]', '{"a": 1}', '["a"]'].map(plain),
  ...['9007199254740992', '-9007199254740992', '1e400', '-1e400', '123456789012345678901234567890'].map(
    number,
  ),
  text('U+0000', '\\u0000'),
  text('U+0000 inside', 'a\\u0000b'),
  text('a lone high surrogate', 'a\\ud800'),
  text('a lone low surrogate', '\\udc00a'),
  text('surrogates in the wrong order', '\\udc00\\ud800'),
  text('a line break', 'a\\nb'),
  text('a C1 control character', 'a\\u0085b'),
  text('a card number', '4111 1111 1111 1111'),
  text('60 000 characters', 'x'.repeat(60_000)),
  text('a string of 1 MB', 'x'.repeat(1_000_000)),
  { name: `${DEEP} levels`, json: '['.repeat(DEEP) + ']'.repeat(DEEP), never: true },
  { name: '20 000 levels', json: '['.repeat(20_000) + ']'.repeat(20_000), never: true },
  { name: 'an object with __proto__', json: '{"__proto__": {"admin": true}}', never: true },
  { name: 'an object with constructor', json: '{"constructor": {"prototype": {}}}', never: true },
];

/** Members that no object of any body may have. */
export const BAD_MEMBERS = ['zz', 'id', 'status', '__proto__', 'constructor', 'toString', 'hasOwnProperty'];

/** Bodies that are no request at all. */
export const BAD_BODIES: readonly (string | Buffer)[] = [
  '',
  ' ',
  '{',
  '}',
  '[]',
  'null',
  'true',
  '1',
  '"text"',
  'NaN',
  "{'a': 1}",
  '{"a": 1,}',
  '{"a": 1} {"a": 1}',
  '{"a": 0x10}',
  '{"a": 01}',
  '{"a": "\\x41"}',
  '{"a": "line\nbreak"}',
  '// comment\n{}',
  '\ufeff{}',
  '<order/>',
  'a=1&b=2',
  '['.repeat(30_000),
  '{"a":'.repeat(10_000),
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0x1f, 0x8b, 0x08, 0x00]),
  Buffer.from('{"a": "\u0000"}', 'utf16le'),
];

/** For ids and SKUs in a path. What a URL parser would take away must not be in here. */
export const BAD_PARTS = [
  'x'.repeat(65),
  'x'.repeat(290),
  'x'.repeat(5_000),
  '-',
  '_',
  '.hidden',
  '%20',
  '%00',
  'a%00b',
  '%0d%0aX-Injected:%201',
  '%ED%A0%80',
  '%FF',
  '%C0%80',
  '%',
  '%zz',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  'ord_%',
  "'%20or%20'1'='1",
  '%F0%9F%AB%96',
  '__proto__',
  '%3Cscript%3E',
];

/** In place of an id of any kind. */
export const BAD_IDS = [
  ...BAD_PARTS,
  'ord_',
  'ord_8zzzzzzzzzzzzzzzzzzzzzzzzz',
  'ord_01KAQYJ5M8E2W9X4T7R0V3B6ND',
  'ord_01kaqyj5m8e2w9x4t7r0v3b6n',
  'ord_01kaqyj5m8e2w9x4t7r0v3b6ndd',
  'ord_01kaqyj5m8e2w9x4t7r0v3b6ni',
  'usr_01kaqyj5m8e2w9x4t7r0v3b6nd',
  '1',
  '019a0000-0000-7000-8000-000000000000',
];

/** In place of any query parameter. */
export const BAD_QUERY_VALUES = [
  '',
  '%00',
  'a%00b',
  '%ED%A0%80',
  '%FF',
  '-1',
  '0',
  '101',
  '1.5',
  '1e3',
  '0x10',
  '9007199254740992',
  'NaN',
  'true',
  '2026-13-45T00:00:00Z',
  '2026-02-30T00:00:00.000Z',
  '0000-01-01T00:00:00Z',
  '99999-01-01T00:00:00Z',
  '2026-11-23',
  'nonsense',
  'x'.repeat(400),
  '4111111111111111',
  "';drop%20table%20orders;--",
];
