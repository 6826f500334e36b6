import { newId, randomBytes } from '#contracts';

/** Of the caller's own ids only what is safe in a header, in a log and in a database. */
const SAFE_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{7,63}$/;
/** W3C Trace Context, level 1. Ids of zeros only are invalid. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-|$)/;

/** The X-Request-Id that came with a request, if it is a safe one, else a new id. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && SAFE_ID.test(header) ? header : newId('req');
}

/** Our own span in the trace that the request brought, or in a new one. */
export function traceparentOf(header: string | string[] | undefined): string {
  const match = typeof header === 'string' ? TRACEPARENT.exec(header) : null;
  return `00-${match?.[1] ?? randomHex(16)}-${randomHex(8)}-${match?.[2] ?? '01'}`;
}

function randomHex(bytes: number): string {
  return Buffer.from(randomBytes(bytes)).toString('hex');
}
