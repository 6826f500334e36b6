/**
 * @typedef {Record<string, any>} Json
 * @typedef {{ was: Json, is: Json }} Documents
 * @typedef {{ was: Json, is: Json, inRequest: boolean }} Schemas
 */

/** Limits of values: a request that kept to the old one must keep to the new one. */
const LEAST = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const MOST = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];

/**
 * What a schema takes less of in a request, or promises less of in an answer, than it did.
 * @param {string} at @param {Documents} documents @param {Schemas} schemas
 * @returns {string[]}
 */
export function schemaBreaks(at, documents, schemas) {
  return compare('', schemas, { at, documents, above: [] });
}

/** @typedef {{ at: string, documents: Documents, above: readonly string[] }} Walk the references that led here */

/** @param {string} pointer @param {Schemas} schemas @param {Walk} walk @returns {string[]} */
function compare(pointer, { was: before, is: after, inRequest }, walk) {
  const refs = `${before.$ref} ${after.$ref}`;
  // A schema may lead back to itself.
  if (before.$ref && after.$ref && walk.above.includes(refs)) return [];
  const [was, is] = [plain(before, walk.documents.was), plain(after, walk.documents.is)];
  const place = [walk.at, pointer].filter(Boolean).join(' ');
  const words = inRequest ? tighter(was, is) : looser(was, is);
  const below = { ...walk, above: [...walk.above, refs] };
  return [...words.map((text) => `${place} ${text}`), ...inside(pointer, { was, is, inRequest }, below)];
}

/**
 * Without references, and "or null" as one of its types.
 * @param {Json} schema @param {Json} document @returns {Json}
 */
function plain(schema, document) {
  if (schema.$ref) return plain(document.components.schemas[schema.$ref.split('/').at(-1)] ?? {}, document);
  const choices = schema.anyOf ?? schema.oneOf;
  const others = choices?.filter((/** @type {Json} */ one) => one.type !== 'null');
  if (others?.length !== 1 || others.length === choices.length) {
    return { ...schema, types: schema.type === undefined ? undefined : [schema.type].flat() };
  }
  const one = plain(others[0], document);
  return { ...one, types: one.types && [...one.types, 'null'], orNull: true };
}

/** @param {Json} was @param {Json} is */
function tighter(was, is) {
  const lost = (was.types ?? []).filter((/** @type {string} */ type) => !takes(is.types, type));
  const values = valuesOf(was)?.filter((value) => !(valuesOf(is) ?? [value]).includes(value)) ?? [];
  return [
    ...(!was.types && is.types ? [`must be ${is.types.join(' or ')} now`] : []),
    ...lost.map((/** @type {string} */ type) => `may not be ${type} any more`),
    ...values.map((value) => `may not be ${JSON.stringify(value)} any more`),
    ...(!valuesOf(was) && valuesOf(is) ? [`must be one of ${JSON.stringify(valuesOf(is))} now`] : []),
    ...LEAST.filter((limit) => (is[limit] ?? -Infinity) > (was[limit] ?? -Infinity)).map(
      (limit) => `has a ${limit} of ${is[limit]} now`,
    ),
    ...MOST.filter((limit) => (is[limit] ?? Infinity) < (was[limit] ?? Infinity)).map(
      (limit) => `has a ${limit} of ${is[limit]} now`,
    ),
    ...['pattern', 'format', 'uniqueItems']
      .filter((rule) => is[rule] && is[rule] !== was[rule])
      .map((rule) => `has the ${rule} ${is[rule]} now`),
    ...requiredIn(is)
      .filter((name) => !requiredIn(was).includes(name))
      .map((name) => `needs "${name}" now`),
    ...(is.additionalProperties === false
      ? namesIn(was)
          .filter((name) => !namesIn(is).includes(name))
          .map((name) => `has no "${name}" any more`)
      : []),
  ];
}

/** @param {Json} was @param {Json} is */
function looser(was, is) {
  const gone = namesIn(was).filter((name) => !namesIn(is).includes(name));
  const gained = was.types
    ? (is.types ?? ['anything']).filter((/** @type {string} */ type) => !takes(was.types, type))
    : [];
  return [
    ...gone.map((name) => `has no "${name}" any more`),
    ...requiredIn(was)
      .filter((name) => !gone.includes(name) && !requiredIn(is).includes(name))
      .map((name) => `may lack "${name}" now`),
    ...gained.map((/** @type {string} */ type) => `may be ${type} now`),
  ];
}

/** @param {string} pointer @param {Schemas} schemas @param {Walk} walk */
function inside(pointer, { was, is, inRequest }, walk) {
  /** @type {[string, Json | undefined, Json | undefined][]} */
  const parts = [
    ['[]', was.items, is.items],
    ['/*', asSchema(was.additionalProperties), asSchema(is.additionalProperties)],
    ...namesIn(was).map(
      (name) => /** @type {any} */ ([`/${name}`, was.properties[name], is.properties?.[name]]),
    ),
  ];
  return parts.flatMap(([step, before, after]) =>
    before && after ? compare(`${pointer}${step}`, { was: before, is: after, inRequest }, walk) : [],
  );
}

/** An integer is a number. @param {readonly string[] | undefined} types @param {string} type */
const takes = (types, type) =>
  !types || types.includes(type) || (type === 'integer' && types.includes('number'));

/** @param {Json} schema @returns {unknown[] | undefined} */
const valuesOf = (schema) => schema.enum ?? ('const' in schema ? [schema.const] : undefined);

/** @param {Json} schema @returns {string[]} */
const namesIn = ({ properties = {} }) => Object.keys(properties);

/** @param {Json} schema @returns {string[]} */
const requiredIn = ({ required = [] }) => required;

/** @param {unknown} value @returns {Json | undefined} */
const asSchema = (value) => (typeof value === 'object' && value !== null ? value : undefined);
