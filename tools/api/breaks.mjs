import { schemaBreaks } from './schema-breaks.mjs';

/**
 * @typedef {Record<string, any>} Json
 * @typedef {{ was: Json, is: Json }} Documents
 */

/**
 * What a client of the API as it was would trip over in the API as it is, in words. New routes, optional fields of
 * requests, fields of answers and values of answers are none: clients have to live with those.
 * @param {Json} was @param {Json} is two OpenAPI documents
 * @returns {string[]}
 */
export function breaksOf(was, is) {
  const documents = { was, is };
  return Object.entries(was.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const now = is.paths[path]?.[method];
      return now ? operationBreaks(name, documents, { was: operation, is: now }) : [`${name} is gone`];
    }),
  );
}

/** Those that no line of the page begins with, in code quotes: "- `GET /v1/x is gone`: why". @param {readonly string[]} breaks @param {string} page */
export function undeclared(breaks, page) {
  const declared = new Set([...page.matchAll(/^- `([^`]+)`/gm)].map(([, text]) => text));
  return breaks.filter((text) => !declared.has(text));
}

/** @param {string} name @param {Documents} documents @param {Documents} operations */
function operationBreaks(name, documents, { was, is }) {
  return [
    ...scopeBreaks(name, was, is),
    ...parameterBreaks(name, documents, { was, is }),
    ...bodyBreaks(name, documents, { was: was.requestBody, is: is.requestBody }),
    ...answerBreaks(name, documents, { was: was.responses, is: is.responses }),
  ];
}

/** @param {string} name @param {Json} was @param {Json} is */
function scopeBreaks(name, was, is) {
  const scopes = (/** @type {Json} */ { security = [] }) =>
    security.flatMap((/** @type {Json} */ one) => Object.values(one).flat());
  const before = new Set(scopes(was));
  return scopes(is)
    .filter((/** @type {string} */ scope) => !before.has(scope))
    .map((/** @type {string} */ scope) => `${name} needs the scope ${scope} now`);
}

/** @param {string} name @param {Documents} documents @param {Documents} operations */
function parameterBreaks(name, documents, { was, is }) {
  const before = parametersOf(documents.was, was);
  const after = parametersOf(documents.is, is);
  const gone = [...before.keys()]
    .filter((key) => !after.has(key))
    .map((key) => `${name} has no ${key} any more`);
  const changed = [...after].flatMap(([key, parameter]) => {
    const old = before.get(key);
    const needed = parameter.required && !old?.required ? [`${name} needs ${key} now`] : [];
    if (!old) return needed;
    const schemas = { was: old.schema, is: parameter.schema };
    return [...needed, ...schemaBreaks(`${name} ${key}`, documents, { ...schemas, inRequest: true })];
  });
  return [...gone, ...changed];
}

/** By their place and name: `query limit`. @param {Json} document @param {Json} operation @returns {Map<string, Json>} */
function parametersOf(document, { parameters = [] }) {
  return new Map(
    parameters.map((/** @type {Json} */ one) => {
      const parameter = one.$ref ? document.components.parameters[one.$ref.split('/').at(-1)] : one;
      return [`${parameter.in} ${parameter.name}`, parameter];
    }),
  );
}

/** @param {string} name @param {Documents} documents @param {{ was?: Json, is?: Json }} bodies */
function bodyBreaks(name, documents, { was, is }) {
  if (!was) return is?.required ? [`${name} needs a body now`] : [];
  if (!is) return [`${name} takes no body any more`];
  const needed = is.required && !was.required ? [`${name} needs a body now`] : [];
  return [...needed, ...contentBreaks(`${name} request`, documents, { was, is, inRequest: true })];
}

/** Of answers that are no errors: those of problems are all alike. @param {string} name @param {Documents} documents @param {Documents} answers */
function answerBreaks(name, documents, { was, is }) {
  return Object.entries(was)
    .filter(([status]) => status < '400')
    .flatMap(([status, answer]) => {
      const now = is[status];
      if (!now) return [`${name} never answers ${status} any more`];
      const headers = Object.keys(answer.headers ?? {}).filter((header) => !now.headers?.[header]);
      return [
        ...headers.map((header) => `${name} ${status} has no header ${header} any more`),
        ...contentBreaks(`${name} ${status}`, documents, { was: answer, is: now, inRequest: false }),
      ];
    });
}

/** @param {string} at @param {Documents} documents @param {Documents & { inRequest: boolean }} what */
function contentBreaks(at, documents, { was, is, inRequest }) {
  return Object.entries(was.content ?? {}).flatMap(([type, { schema }]) => {
    const now = is.content?.[type];
    if (!now) return [`${at} is no ${type} any more`];
    return schemaBreaks(at, documents, { was: schema, is: now.schema, inRequest });
  });
}
