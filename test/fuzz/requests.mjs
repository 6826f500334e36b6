import fc from 'fast-check';
import { nasty, nastyBody, nastyText, SKUS, valid } from './values.mjs';

/**
 * @typedef {Record<string, any>} Json
 * @typedef {{ path: string, method: string, operation: Json, parameters: Json[], body: Json | undefined }} Route
 * @typedef {{ route: Route, part: string, name: string }} Target the one part of a request that is not as it should be
 * @typedef {{ method: string, path: string, headers: Record<string, string>, body: Buffer | undefined }} Request
 */

/** Stands for an id that an answer has had; the run puts one in. */
export const SEEN = /~(ord|pay|ref)~/g;

const CONTENT_TYPES = [
  'text/plain',
  'application/xml',
  'application/json; charset=latin1',
  'multipart/form-data',
  'x',
  '',
];
const KEYS = ['', 'Bearer', 'Bearer wb_test_wrong', 'Basic Zm9vOmJhcg==', `Bearer ${'k'.repeat(4_000)}`];

/** @param {Json} document @returns {Route[]} */
export function routesOf(document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
      parameters: (operation.parameters ?? []).map((/** @type {Json} */ one) =>
        one.$ref ? document.components.parameters[one.$ref.split('/').at(-1)] : one,
      ),
      body: Object.values(operation.requestBody?.content ?? {}).map(
        (/** @type {Json} */ one) => one.schema,
      )[0],
    })),
  );
}

/** Every route as it is meant, and with each of its parts attacked. @param {Json} document @returns {Target[]} */
export function targetsOf(document) {
  return routesOf(document).flatMap((route) => {
    const { parameters, body } = route;
    const parts = [
      ['nothing', ''],
      ['authorization', ''],
      ['query', 'unknown'],
      ...parameters.map((one) => [one.in, one.name]),
      ...(body
        ? [['body', ''], ['content-type', ''], ...pointersOf(body, document).map((at) => ['field', at])]
        : []),
    ];
    return parts.map(([part = '', name = '']) => ({ route, part, name }));
  });
}

/** Where a body can be attacked: each field, the first item of each list, and a field that nobody knows. */
function pointersOf(/** @type {Json} */ schema, /** @type {Json} */ document, at = '') {
  /** @type {string[]} */
  const found = [];
  const { items, properties } = resolved(schema, document);
  if (items) found.push(`${at}/0`, ...pointersOf(items, document, `${at}/0`));
  if (!properties) return found;
  for (const [name, inner] of Object.entries(properties)) {
    found.push(`${at}/${name}`, ...pointersOf(inner, document, `${at}/${name}`));
  }
  return [...found, `${at}/unknown`];
}

/** @param {Json} schema @param {Json} document @returns {Json} */
function resolved(schema, document) {
  if (schema.$ref) return resolved(document.components.schemas[schema.$ref.split('/').at(-1)], document);
  const choice = schema.anyOf?.find((/** @type {Json} */ one) => one.type !== 'null');
  return choice ? resolved(choice, document) : schema;
}

/** Making them takes longer than drawing from them. @type {WeakMap<Target, fc.Arbitrary<Request>>} */
const arbitraries = new WeakMap();

/** One request, always the same for the same seed. @param {Json} document @param {Target} target @param {number} seed @returns {Request} */
export function requestFor(document, target, seed) {
  const arbitrary = arbitraries.get(target) ?? requests(document, target);
  arbitraries.set(target, arbitrary);
  const [request] = fc.sample(arbitrary, { seed, numRuns: 1 });
  return /** @type {Request} */ (request);
}

/** @param {Json} document @param {Target} target @returns {fc.Arbitrary<Request>} */
function requests(document, { route, part, name }) {
  const { method, parameters, body } = route;
  const of = (/** @type {string} */ place) =>
    fc.record(
      Object.fromEntries(
        parameters
          .filter((one) => one.in === place)
          .map((one) => [
            one.name,
            place === part && one.name === name ? nastyText : parameter(one, document),
          ]),
      ),
    );
  const unknown = part === 'query' && name === 'unknown' ? nastyText : fc.constant(undefined);
  return fc
    .record({
      path: of('path'),
      query: of('query'),
      headers: of('header'),
      unknown,
      type: part === 'content-type' ? fc.constantFrom(...CONTENT_TYPES) : fc.constant('application/json'),
      authorization: part === 'authorization' ? fc.constantFrom(...KEYS) : fc.constant(undefined),
      body: bodies(document, { body, part, name }),
    })
    .map((drawn) => ({
      method,
      path: pathOf(route, drawn),
      headers: {
        ...(drawn.body && { 'content-type': drawn.type }),
        ...headersOf(drawn.headers),
        ...(drawn.authorization !== undefined && { authorization: drawn.authorization }),
      },
      body: drawn.body,
    }));
}

/** Optional ones are there half of the time. @param {Json} parameter @param {Json} document @returns {fc.Arbitrary<any>} */
function parameter({ name, schema, required }, document) {
  if (name === 'Idempotency-Key')
    return fc.oneof({ weight: 9, arbitrary: fc.uuid() }, fc.constantFrom('fuzz-1', 'fuzz-2'));
  if (name === 'Prefer')
    return fc.constantFrom(undefined, undefined, 'wait=0', 'wait=1', 'respond-async, wait="1"');
  if (name.startsWith('If-')) return fc.constantFrom(undefined, undefined, '"1"', '"2"', 'W/"1"', '*');
  const prefix = /^\^(ord|pay|ref)_/.exec(schema.pattern ?? '')?.[1];
  const value = prefix
    ? fc.oneof({ weight: 4, arbitrary: fc.constant(`~${prefix}~`) }, valid(schema, document, name))
    : name === 'sku'
      ? fc.constantFrom(...SKUS, 'FUZZ-NEW')
      : valid(schema, document, name);
  return required ? value : fc.option(value, { nil: undefined });
}

/** @param {Json} document @param {{ body: Json | undefined, part: string, name: string }} about @returns {fc.Arbitrary<Buffer | undefined>} */
function bodies(document, { body, part, name }) {
  if (!body) return fc.constant(undefined);
  if (part === 'body') return nastyBody;
  const good = valid(body, document).map((value) => (value.orderId ? { ...value, orderId: '~ord~' } : value));
  if (part !== 'field') return good.map(bytesOf);
  return fc
    .tuple(good, fc.option(nasty, { nil: undefined }))
    .map(([value, bad]) => bytesOf(replaced(value, name, bad)));
}

/** Undefined removes the field. What is missing on the way is made. @param {any} value @param {string} pointer @param {unknown} put */
function replaced(value, pointer, put) {
  const [, ...steps] = pointer.split('/');
  const last = /** @type {string} */ (steps.pop());
  const copy = structuredClone(value);
  let at = copy;
  for (const step of steps) {
    at[step] ??= {};
    at = at[step];
  }
  if (put === undefined) delete at[last];
  else Object.defineProperty(at, last, { value: put, enumerable: true });
  return copy;
}

/** @param {unknown} value */
const bytesOf = (value) => Buffer.from(JSON.stringify(value));

/** @param {Route} route @param {{ path: Json, query: Json, unknown: string | undefined }} drawn */
function pathOf({ path }, { path: values, query, unknown }) {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => encoded(values[name]));
  const pairs = Object.entries({ ...query, unknown }).filter(([, value]) => value !== undefined);
  const search = pairs.map(([name, value]) => `${name}=${encoded(String(value))}`).join('&');
  return search ? `${filled}?${search}` : filled;
}

/** Lone surrogates have no percent-encoding; their bytes are sent as they would be in WTF-8. @param {string} text */
const encoded = (text) =>
  /^~\w+~$/.test(text) || !text.isWellFormed()
    ? text.replaceAll(/[^~\w]/gu, '%ED%A0%80')
    : encodeURIComponent(text);

/** Characters that no client can put into a header are left out. @param {Record<string, string | undefined>} headers */
function headersOf(headers) {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, String(value).replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '')]),
  );
}
