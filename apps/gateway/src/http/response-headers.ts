/** What nothing of ours needs is forbidden: a browser that is shown an answer runs, frames and guesses nothing. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";
/** The API reference is a program of ours: it may do what a page does, and talk to nobody but us. */
const REFERENCE =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export type ResponseHeaders = Readonly<Record<string, string>>;

/** On every answer, problems included. */
export const SECURITY: ResponseHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': NOTHING,
};

const SECURITY_OF_REFERENCE: ResponseHeaders = { ...SECURITY, 'content-security-policy': REFERENCE };

export function securityOf(url: string): ResponseHeaders {
  return url.startsWith('/docs') ? SECURITY_OF_REFERENCE : SECURITY;
}

const PREFLIGHT: ResponseHeaders = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers':
    'authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, prefer, traceparent, x-request-id',
  'access-control-max-age': '600',
};
const EXPOSED =
  'content-disposition, etag, idempotency-replayed, location, preference-applied, ratelimit, ratelimit-policy, retry-after, server-timing, x-request-id';

/** Which pages of other sites may call from a browser (Fetch standard, 3.3). Keys are no cookies, so no credentials. */
export class Cors {
  readonly #origins: ReadonlySet<string>;

  constructor(origins: string) {
    this.#origins = new Set(originsOf(origins));
  }

  get isOn(): boolean {
    return this.#origins.size > 0;
  }

  /** For an answer to this origin; undefined when it is none of those. */
  headersFor(origin: string | undefined): ResponseHeaders | undefined {
    if (origin === undefined || !this.#origins.has(origin)) return undefined;
    return { 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED };
  }

  /** For the question that a browser asks before a request. */
  get preflight(): ResponseHeaders {
    return PREFLIGHT;
  }
}

/** The first entry that is no origin as browsers send it. */
export function faultOfOrigins(origins: string): string | undefined {
  return originsOf(origins).find(
    (entry) => !/^https?:$/.test(protocolOf(entry)) || new URL(entry).origin !== entry,
  );
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : '';
}

function originsOf(origins: string): string[] {
  return origins.split(/[\s,]+/).filter((entry) => entry !== '');
}
