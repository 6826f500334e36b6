import fc from 'fast-check';

/** @typedef {Record<string, any>} Json */

/** Products that the run makes before it begins; orders of anything else end as rejected. */
export const SKUS = ['FUZZ-1', 'FUZZ-2', 'FUZZ-3'];
export const LOCATIONS = ['main', 'fuzz-1', 'fuzz-2'];
const METHODS = ['tok_visa', 'tok_declined', 'tok_insufficient_funds', 'tok_error_once', 'tok_unknown'];

/** What tells where a parser, a check, a statement or a log line is careless. */
const STRINGS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udfff',
  '\u202egnp.exe',
  '👩‍👩‍👧‍👦',
  'İ',
  '\r\nX-Injected: 1',
  '\u001b[31m',
  "'; drop table orders; --",
  "' or '1'='1",
  '#{7*7}{{7*7}}<%= 7*7 %>',
  '%s%n%x',
  '../../../../etc/passwd',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'null',
  'NaN',
  '-1',
  '1e400',
  '4111 1111 1111 1111',
  'ord_zzzzzzzzzzzzzzzzzzzzzzzzzz',
  '00000000-0000-0000-0000-000000000000',
  '9999-99-99T99:99:99Z',
  '0001-01-01T00:00:00Z',
  'a'.repeat(65),
  'ä'.repeat(5_000),
];
const NUMBERS = [
  0,
  -0,
  -1,
  1.5,
  0.1,
  1e21,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
  1_000_000_000_001,
];
const OTHERS = [
  null,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  { $gt: '' },
  { length: -1 },
  JSON.parse('{"then":1,"toJSON":1}'),
  nested(19),
  nested(60),
];

/** Any JSON value, the worst ones often. @returns {fc.Arbitrary<unknown>} */
export const nasty = fc.oneof(
  fc.constantFrom(...STRINGS),
  fc.constantFrom(...NUMBERS),
  fc.constantFrom(...OTHERS),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.integer(),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Text for a header or a part of the URL. */
export const nastyText = fc.oneof(fc.constantFrom(...STRINGS), fc.string({ unit: 'binary', maxLength: 80 }));

/** Bodies that are no JSON of ours, as bytes. @returns {fc.Arbitrary<Buffer>} */
export const nastyBody = fc.oneof(
  fc
    .constantFrom(
      '',
      ' ',
      '{',
      '[]',
      'null',
      '"text"',
      '1',
      '{"a":1,"a":2}',
      '{"__proto__":{"admin":true}}',
      '{"constructor":{"prototype":{}}}',
      '{"a":1e400}',
      '{"a":-1e400}',
      '{"a":9007199254740993}',
      '{"a":NaN}',
      '{"a":01}',
      "{'a':1}",
      '{"a":1,}',
      '/* */{}',
      '\ufeff{}',
      '{"a":"\\ud800"}',
      `${'['.repeat(500)}${']'.repeat(500)}`,
      `{"a":"${'x'.repeat(70_000)}"}`,
    )
    .map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

/**
 * Values that the schema accepts, and often the checks behind it as well.
 * @param {Json} schema @param {Json} document @param {string} [name] of the field
 * @returns {fc.Arbitrary<any>}
 */
export function valid(schema, document, name = '') {
  if (schema.$ref) return valid(document.components.schemas[schema.$ref.split('/').at(-1)], document, name);
  if (schema.anyOf) {
    const choices = schema.anyOf.filter((/** @type {Json} */ one) => one.type !== 'null');
    return fc.oneof(...choices.map((/** @type {Json} */ one) => valid(one, document, name)));
  }
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  switch ([schema.type].flat()[0]) {
    case 'object':
      return validObject(schema, document);
    case 'array':
      return fc.array(valid(schema.items, document), { minLength: schema.minItems ?? 0, maxLength: 3 });
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1_000, 1_000_000) });
    case 'boolean':
      return fc.boolean();
    default:
      return validText(schema, name);
  }
}

/** @param {Json} schema @param {Json} document */
function validObject({ properties = {}, required = [], additionalProperties }, document) {
  if (Object.keys(properties).length === 0) {
    const value =
      typeof additionalProperties === 'object' ? valid(additionalProperties, document) : fc.constant('x');
    return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), value, { maxKeys: 3 });
  }
  const fields = Object.entries(properties).map(([name, schema]) => [name, valid(schema, document, name)]);
  return fc.record(Object.fromEntries(fields), { requiredKeys: required, noNullPrototype: true });
}

/** @param {Json} schema @param {string} name */
function validText({ pattern, format, maxLength = 60 }, name) {
  if (name === 'sku') return fc.constantFrom(...SKUS);
  if (['location', 'from', 'to'].includes(name)) return fc.constantFrom(...LOCATIONS);
  if (name === 'currency') return fc.constantFrom('EUR', 'EUR', 'EUR', 'JPY');
  if (name === 'method') return fc.constantFrom(...METHODS);
  if (format === 'date-time') {
    return fc
      .date({ min: new Date('2020'), max: new Date('2030'), noInvalidDate: true })
      .map((date) => date.toISOString());
  }
  if (pattern) return fc.stringMatching(new RegExp(pattern));
  return fc.stringMatching(/^[A-Za-z][A-Za-z0-9 ]{0,30}$/).map((text) => text.slice(0, maxLength));
}

/** @param {number} depth @returns {unknown} */
function nested(depth) {
  return depth === 0 ? 1 : [nested(depth - 1)];
}
