import { type ErrorCode } from '#contracts';

/** The chapters of the API reference, in their order. */
export const TAGS = [
  'Orders',
  'Payments',
  'Products',
  'Stock',
  'Reports',
  'Events',
  'Operations',
  'Webhooks',
  'Sandbox',
] as const;

/** One route as clients should know it. `test/` compares the tables with the routes there are. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put';
  /** In the spelling of OpenAPI: `/v1/orders/{id}`. */
  readonly path: string;
  readonly id: string;
  readonly tag: (typeof TAGS)[number];
  readonly summary: string;
  readonly description?: string;
  /** Names of components of the document. Conditions (If-Match, If-None-Match) that are not among them are refused. */
  readonly parameters: readonly string[];
  /** Schema whose properties are the query's. */
  readonly query?: string;
  /** Schema of the body. */
  readonly body?: string;
  /** A body that is no JSON: an example of each content type. */
  readonly uploads?: Readonly<Record<string, string>>;
  /** No body at all is allowed, too. */
  readonly bodyOptional?: true;
  readonly answers: readonly Answer[];
  /** Beside those that every route has. */
  readonly problems: readonly ErrorCode[];
}

export interface Answer {
  readonly status: 200 | 201 | 202 | 204 | 304;
  readonly description: string;
  /** application/json unless told. */
  readonly type?: string;
  /** Name of a schema of the document, also of its example. */
  readonly schema?: string;
  /** Instead of a schema, where it is no JSON: an example of each content type. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly headers?: readonly string[];
}

/** As decorators and routers spell it: `POST /v1/orders/:id/cancel`. */
export function routeOf({ method, path }: Pick<Operation, 'method' | 'path'>): string {
  return `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
}

export const KEY_PROBLEMS = [
  'idempotency-key-missing',
  'idempotency-key-invalid',
  'idempotency-key-reused',
] as const;
export const UNCHANGED: Answer = {
  status: 304,
  description: 'It still has the version of If-None-Match.',
  headers: ['ETag'],
};
