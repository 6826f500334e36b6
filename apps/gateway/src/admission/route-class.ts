/**
 * What a request is worth when not all can be served, the least first. `bulk` takes long and has places of its own;
 * `read` looks; `write` begins something new; `completion` ends what was begun: refused, it would keep stock and money
 * held. `free` costs next to nothing, or is what machines and people find out with that we are overloaded.
 */
export type RouteClass = 'bulk' | 'stream' | 'read' | 'write' | 'completion' | 'free';

const FREE = /^\/(?:health|metrics|docs|openapi|problems)/;
const BULK = /^\/v1\/stock\/(?:imports|exports)$/;
const STREAM = /^\/v1\/orders\/:id\/events$/;
/** Whatever comes after an order has been placed: its payment, its cancellation, its parcels; and what operators do. */
const COMPLETION = /^\/(?:v1\/(?:webhooks|payments|orders\/)|ops\/)/;

/** `pattern` as routers spell it: `/v1/orders/:id`. */
export function classOf(method: string, pattern: string): RouteClass {
  if (FREE.test(pattern)) return 'free';
  const isRead = method === 'GET' || method === 'HEAD';
  if (BULK.test(pattern) && (method === 'POST') === pattern.endsWith('imports')) return 'bulk';
  if (STREAM.test(pattern)) return 'stream';
  if (pattern.startsWith('/ops/')) return 'completion';
  if (isRead) return 'read';
  return COMPLETION.test(pattern) ? 'completion' : 'write';
}
