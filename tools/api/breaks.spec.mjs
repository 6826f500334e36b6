import { readFileSync } from 'node:fs';
import { breaksOf, undeclared } from './breaks.mjs';

const string = { type: 'string' };
const ok = (schema) => ({ description: '', content: { 'application/json': { schema } } });

/** A document with one route; what is given replaces parts of it. */
function api({ request = {}, answer = {}, operation = {}, schemas = {} } = {}) {
  const body = {
    type: 'object',
    additionalProperties: false,
    required: ['a'],
    properties: { a: string, b: string },
  };
  const view = { type: 'object', required: ['id'], properties: { id: string, note: string } };
  const refs = {
    request: { $ref: '#/components/schemas/Request' },
    view: { $ref: '#/components/schemas/View' },
  };
  return {
    paths: {
      '/v1/things': {
        post: {
          security: [{ key: ['things:write'] }],
          parameters: [{ $ref: '#/components/parameters/Limit' }],
          requestBody: { required: true, content: { 'application/json': { schema: refs.request } } },
          responses: { 201: { ...ok(refs.view), headers: { ETag: {} } }, 404: ok({ type: 'object' }) },
          ...operation,
        },
      },
    },
    components: {
      parameters: {
        Limit: { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100 } },
      },
      schemas: { Request: { ...body, ...request }, View: { ...view, ...answer }, ...schemas },
    },
  };
}

const property = (schema) => ({ properties: { a: schema, b: string } });
const noted = (schema) => ({ properties: { id: string, note: schema } });
const limited = (parameter) => ({
  operation: { parameters: [{ name: 'limit', in: 'query', ...parameter }] },
});

describe('breaksOf', () => {
  test.each([
    ['nothing changes', {}, {}],
    [
      'a request gets an optional field',
      {},
      { request: { properties: { a: string, b: string, c: string } } },
    ],
    ['a field is no longer needed', {}, { request: { required: [] } }],
    [
      'a request may have one more value',
      { request: property({ enum: ['x'] }) },
      { request: property({ enum: ['x', 'y'] }) },
    ],
    ['a limit is lifted', { request: property({ maxLength: 3 }) }, { request: property({ maxLength: 4 }) }],
    ['a request may be null', {}, { request: property({ anyOf: [string, { type: 'null' }] }) }],
    [
      'an integer may be any number',
      { request: property({ type: 'integer' }) },
      { request: property({ type: 'number' }) },
    ],
    ['an answer gets a field', {}, { answer: { properties: { id: string, note: string, more: string } } }],
    ['an answer gets a value', { answer: noted({ enum: ['x'] }) }, { answer: noted({ enum: ['x', 'y'] }) }],
    [
      'an error goes',
      {},
      { operation: { responses: { 201: { ...ok(api().components.schemas.View), headers: { ETag: {} } } } } },
    ],
    ['an optional parameter comes', { operation: { parameters: [] } }, {}],
  ])('finds nothing when %s', (_what, was, is) => {
    expect(breaksOf(api(was), api(is))).toEqual([]);
  });

  test.each([
    [{}, { request: { required: ['a', 'b'] } }, 'POST /v1/things request needs "b" now'],
    [{}, { request: { properties: { a: string } } }, 'POST /v1/things request has no "b" any more'],
    [{}, { request: property({ type: 'integer' }) }, 'POST /v1/things request /a may not be string any more'],
    [
      { request: property({ enum: ['x', 'y'] }) },
      { request: property({ enum: ['x'] }) },
      'POST /v1/things request /a may not be "y" any more',
    ],
    [
      {},
      { request: property({ ...string, enum: ['x'] }) },
      'POST /v1/things request /a must be one of ["x"] now',
    ],
    [
      {},
      { request: property({ ...string, maxLength: 3 }) },
      'POST /v1/things request /a has a maxLength of 3 now',
    ],
    [
      {},
      { request: property({ ...string, minLength: 3 }) },
      'POST /v1/things request /a has a minLength of 3 now',
    ],
    [
      {},
      { request: property({ ...string, pattern: '^x' }) },
      'POST /v1/things request /a has the pattern ^x now',
    ],
    [
      { request: property({ anyOf: [string, { type: 'null' }] }) },
      {},
      'POST /v1/things request /a may not be null any more',
    ],
    [
      { request: property({ items: string }) },
      { request: property({ items: { type: 'integer' } }) },
      'POST /v1/things request /a[] may not be string any more',
    ],
    [{}, { answer: { properties: { id: string } } }, 'POST /v1/things 201 has no "note" any more'],
    [{}, { answer: { required: [] } }, 'POST /v1/things 201 may lack "id" now'],
    [{}, { answer: noted({ type: ['string', 'null'] }) }, 'POST /v1/things 201 /note may be null now'],
    [
      {},
      { operation: { security: [{ key: ['ops:write'] }] } },
      'POST /v1/things needs the scope ops:write now',
    ],
    [{}, { operation: { requestBody: undefined } }, 'POST /v1/things takes no body any more'],
    [{ operation: { requestBody: undefined } }, {}, 'POST /v1/things needs a body now'],
    [{}, { operation: { responses: {} } }, 'POST /v1/things never answers 201 any more'],
    [
      {},
      { operation: { responses: { 201: ok(api().components.schemas.View) } } },
      'POST /v1/things 201 has no header ETag any more',
    ],
    [{}, { operation: { parameters: [] } }, 'POST /v1/things has no query limit any more'],
    [{}, limited({ required: true, schema: { type: 'integer' } }), 'POST /v1/things needs query limit now'],
    [
      {},
      limited({ schema: { type: 'integer', minimum: 1, maximum: 50 } }),
      'POST /v1/things query limit has a maximum of 50 now',
    ],
  ])('of %j to %j finds: %s', (was, is, expected) => {
    expect(breaksOf(api(was), api(is))).toEqual([expected]);
  });

  test('finds routes and methods that are gone', () => {
    expect(breaksOf(api(), { ...api(), paths: {} })).toEqual(['POST /v1/things is gone']);
    expect(breaksOf(api(), { ...api(), paths: { '/v1/things': { get: {} } } })).toEqual([
      'POST /v1/things is gone',
    ]);
  });

  test('comes to an end on a schema that leads back to itself', () => {
    const node = (schema) => ({
      request: property({ $ref: '#/components/schemas/Node' }),
      schemas: {
        Node: { type: 'object', properties: { value: schema, next: { $ref: '#/components/schemas/Node' } } },
      },
    });
    expect(breaksOf(api(node(string)), api(node({ type: 'integer' })))).toEqual([
      'POST /v1/things request /a/value may not be string any more',
    ]);
  });

  test('reads the document there is', () => {
    const was = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
    const is = structuredClone(was);
    expect(breaksOf(was, is)).toEqual([]);
    is.components.schemas.OrderRequest.required.push('metadata');
    delete is.components.schemas.Money.properties.currency;
    const found = breaksOf(was, is);
    expect(found).toContain('POST /v1/orders request needs "metadata" now');
    expect(found).toContain('GET /v1/orders/{id} 200 /total has no "currency" any more');
  });
});

describe('undeclared', () => {
  const breaks = ['GET /a is gone', 'GET /b is gone'];

  test('leaves out what the page lists', () => {
    expect(undeclared(breaks, '# Page\n\n- `GET /a is gone`: nobody used it\n')).toEqual(['GET /b is gone']);
    expect(undeclared(breaks, 'GET /a is gone')).toEqual(breaks);
  });
});
