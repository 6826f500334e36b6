import { hash } from 'node:crypto';
import { type Idempotency, Rejected } from '#contracts';

/** Who asks for what: a key means nothing to another caller, and nothing on another route. */
export interface Asked {
  readonly caller: string;
  /** The method and the pattern, for example "POST /v1/orders". */
  readonly route: string;
  /** The path that was asked for, without the query. */
  readonly path: string;
  readonly body: object;
}

/** The Idempotency-Key of a request, from its header lines in the order they came: name, value, name, value… */
export function idempotencyKey(rawHeaders: readonly string[]): string {
  let key: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length !== 15 || name.toLowerCase() !== 'idempotency-key') continue;
    if (key !== undefined) throw new Rejected('idempotency-key-invalid');
    key = rawHeaders[at + 1] as string;
  }
  if (key === undefined) throw new Rejected('idempotency-key-missing');
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) throw new Rejected('idempotency-key-invalid');
  return key;
}

export function idempotencyOf(key: string, { caller, route, path, body }: Asked): Idempotency {
  return {
    key: uuidFrom(JSON.stringify([caller, route, key])),
    fingerprint: uuidFrom(JSON.stringify([path, canonical(body)])),
  };
}

/** The same text for equal values: keys sorted, and a field that is null is a field that is not there. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== null && field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`);
  return `{${fields.join(',')}}`;
}

/** SHA-256 cut to the 122 bits that a UUID of version 8 (RFC 9562, 5.8) leaves free. */
export function uuidFrom(text: string): string {
  const hex = hash('sha256', text, 'hex');
  const variant = ((Number.parseInt(hex[16] as string, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
