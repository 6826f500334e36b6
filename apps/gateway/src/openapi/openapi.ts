import { ERRORS, type ErrorCode } from '#contracts';
import { type Answer, type Operation, TAGS } from '../http/operation.js';
import { exampleOf } from '../problems/problem.js';
import { EXAMPLES } from './examples.js';
import { HEADERS } from './openapi-headers.js';
import { parameters, queryParameters } from './openapi-parameters.js';
import { SCHEMAS, type Schema } from './openapi-schemas.js';
import { OPERATIONS } from './operations.js';

/** Of routes for holders of a key; with a valid part that is read. */
const WITH_KEY: readonly ErrorCode[] = ['validation-failed', 'unauthorized', 'forbidden', 'rate-limited'];
const ALWAYS: readonly ErrorCode[] = [
  'malformed-request',
  'request-timeout',
  'uri-too-long',
  'headers-too-large',
  'internal-error',
  'service-unavailable',
  'outcome-unknown',
];
/** Of a request that was counted. */
const QUOTA = ['RateLimit', 'RateLimit-Policy'];
/** Statuses of requests that are not: they come to nothing before anybody knows whose they are. */
const UNCOUNTED: ReadonlySet<number> = new Set([401, 408, 414, 431]);
const WITH_BODY: readonly ErrorCode[] = ['payload-too-large', 'unsupported-media-type'];

/** The document of the whole API. The schemas are those of the contract classes, the scopes those of the routes. */
export function openApi(
  schemas: Readonly<Record<string, Schema>>,
  scopeOf: (operation: Operation) => string,
): object {
  const all = { ...schemas, ...SCHEMAS };
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: operationObject(operation, schemas, scopeOf(operation)),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Waybill',
      version: '1',
      description:
        'Orders, payments and stock. Errors are `application/problem+json`; ids sort by time of creation. A request may ' +
        'bring an `X-Request-Id` (8 to 64 letters, digits and `.` `_` `:` `-`, the first a letter or a digit): its answer, ' +
        'logs and timelines have it, and one of ours otherwise. With a `traceparent` (W3C Trace Context) it goes on in that trace. ' +
        'A condition (`If-Match`, `If-None-Match`) that a route does not list is refused with 400, for nobody would look at it; ' +
        'but an `If-None-Match` on a read is ignored there.',
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    tags: TAGS.map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key.' } },
      schemas: used(all, paths),
      parameters: parameters(schemas),
      headers: HEADERS,
    },
  };
}

function operationObject(
  operation: Operation,
  schemas: Readonly<Record<string, Schema>>,
  scope: string,
): object {
  const { id, tag, summary, description, query, body, uploads } = operation;
  const isOpen = scope === 'open';
  const quota = isOpen ? [] : QUOTA;
  const problems = [
    ...(body || uploads ? WITH_BODY : []),
    ...operation.problems,
    ...(isOpen ? [] : WITH_KEY),
    ...ALWAYS,
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: [description, !isOpen && `Needs the scope \`${scope}\`.`].filter(Boolean).join('\n\n'),
    security: isOpen ? [] : [{ key: [scope] }],
    parameters: [
      ...operation.parameters.map((name) => ({ $ref: `#/components/parameters/${name}` })),
      ...(query ? queryParameters(schemas[query] as Schema) : []),
    ],
    ...(body && {
      requestBody: { required: !operation.bodyOptional, content: content('application/json', body) },
    }),
    ...(uploads && { requestBody: { required: true, content: textContent(uploads) } }),
    responses: {
      ...Object.fromEntries(operation.answers.map((answer) => [answer.status, answerObject(answer, quota)])),
      ...problemResponses(problems, operation, quota),
    },
  };
}

function answerObject(
  { description, type = 'application/json', schema, texts, headers = [] }: Answer,
  quota: readonly string[],
): object {
  return {
    description,
    headers: headerRefs(['X-Request-Id', ...headers, ...quota]),
    ...(schema && { content: content(type, schema) }),
    ...(texts && { content: textContent(texts) }),
  };
}

/** One response per status, with an example for each of its codes. */
function problemResponses(
  codes: readonly ErrorCode[],
  operation: Operation,
  quota: readonly string[],
): Record<string, object> {
  const byStatus = Map.groupBy(new Set(codes), (code) => ERRORS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, those]) => [
      status,
      problemResponse(those, operation, UNCOUNTED.has(status) ? [] : quota),
    ]),
  );
}

function problemResponse(
  codes: readonly ErrorCode[],
  operation: Operation,
  quota: readonly string[],
): object {
  const problems = codes.map((code) => ({ code, ...exampleOf(code, operation) }));
  const own = Object.keys(HEADERS).filter((name) => problems[0]?.headers[name.toLowerCase()]);
  return {
    description: codes.map((code) => `${ERRORS[code].title}.`).join(' '),
    headers: headerRefs(['X-Request-Id', ...own, ...quota]),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(problems.map(({ code, body }) => [code, { value: body }])),
      },
    },
  };
}

function content(type: string, schema: string): object {
  return { [type]: { schema: { $ref: `#/components/schemas/${schema}` }, example: EXAMPLES[schema] } };
}

const text = { type: 'string' };

function textContent(texts: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(texts).map(([type, example]) => [type, { schema: text, example }]),
  );
}

function headerRefs(names: readonly string[]): object {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** The schemas that the paths lead to, in the order of their names. */
function used(schemas: Readonly<Record<string, Schema>>, paths: object): Record<string, Schema> {
  const found = new Map<string, Schema>();
  const follow = (part: object): void => {
    for (const [, name] of JSON.stringify(part).matchAll(/#\/components\/schemas\/(\w+)/g)) {
      const schema = schemas[name as string];
      if (!schema || found.has(name as string)) continue;
      found.set(name as string, schema);
      follow(schema);
    }
  };
  follow(paths);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
