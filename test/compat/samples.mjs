import fc from 'fast-check';

/** @typedef {Record<string, any>} Json */
/** @typedef {{ schemas: Json, isFull: boolean }} Context */

/** By format, and by pattern where that says less than is asked. */
const TEXTS = new Map([
  ['date-time', '2026-11-23T10:00:00.000Z'],
  ['uuid', '0b0f4d5e-6a55-4a8a-9b56-0f7f4f0b9a10'],
  ['base64', 'eyJpZCI6ImV2dF8xIn0='],
  ['^[A-Z]{3}$', 'EUR'],
  ['^2\\d{3}-\\d\\d-\\d\\d$', '2026-11-23'],
]);

/** Whether a contract's class takes a value. @typedef {(type: Function, value: unknown) => boolean} Accepts */

/**
 * Of each message, and of each answer, what is the least that its schema takes, and all of it; and which fields of the least it
 * insists on. The same each time.
 * @param {readonly Json[]} contracts @param {Json} schemas by the names of classes @param {Accepts} accepts
 */
export function samplesOf(contracts, schemas, accepts) {
  const one = (/** @type {Function} */ type) => {
    const [least, all] = [false, true].map((isFull) => sampleOf({ $ref: type.name }, { schemas, isFull }));
    const insists = without(least)
      .filter(([, sample]) => !accepts(type, sample))
      .map(([path]) => path);
    return { least, all, insists };
  };
  const entries = contracts.flatMap(({ name, body, answer }) => [
    [name, one(body)],
    ...(answer ? [[`${name}.answer`, one(answer)]] : []),
  ]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The sample without one of its fields, for each of them; those of its objects too.
 * @param {Json} sample @returns {[path: string, sample: Json][]}
 */
export function without(sample) {
  return Object.entries(sample).flatMap(([key, value]) => {
    const { [key]: _, ...rest } = sample;
    const inner = isObject(value) ? without(value) : [];
    return [
      [key, rest],
      ...inner.map(
        ([path, one]) => /** @type {[string, Json]} */ ([`${key}/${path}`, { ...sample, [key]: one }]),
      ),
    ];
  });
}

/** @param {unknown} value @returns {value is Json} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {Json} schema @param {Context} context @returns {unknown} */
function sampleOf(schema, context) {
  const { $ref, enum: values, anyOf, oneOf, type } = schema;
  // A list may be noted with the class of its items beside them.
  if (type === 'array') return arrayOf(schema, context);
  if ($ref) return sampleOf(context.schemas[$ref.split('/').at(-1)], context);
  if (values) return context.isFull ? values.at(-1) : values[0];
  const choices = anyOf ?? oneOf;
  // Null, where it may be, is the least.
  if (choices) return sampleOf(choices.at(context.isFull ? 0 : -1), context);
  if (type === 'object') return objectOf(schema, context);
  if (type === 'string') return textOf(schema);
  if (type === 'integer' || type === 'number') return schema.minimum ?? 0;
  return type === 'boolean' ? context.isFull : null;
}

/** @param {Json} schema @param {Context} context */
function objectOf({ properties = {}, required = [] }, context) {
  const names = Object.keys(properties).filter((name) => context.isFull || required.includes(name));
  return Object.fromEntries(names.map((name) => [name, sampleOf(properties[name], context)]));
}

/** @param {Json} schema @param {Context} context */
function arrayOf({ items, minItems = 0 }, context) {
  const length = Math.max(minItems, context.isFull ? 1 : 0);
  return Array.from({ length }, () => sampleOf(items, context));
}

/** @param {Json} schema */
function textOf({ pattern, format, minLength = 0 }) {
  const known = TEXTS.get(pattern ?? format);
  if (known) return known;
  if (pattern) return fc.sample(fc.stringMatching(new RegExp(pattern)), { seed: 1, numRuns: 1 })[0];
  return 'text'.padEnd(minLength, '.');
}
