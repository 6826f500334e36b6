import { ERRORS, type ErrorCode, type Fault, Rejected } from '#contracts';
import { type Operation } from '../http/operation.js';
import { unsupported } from '../http/upload.js';

/** A problem of RFC 9457, and what has to go with it into the headers. */
export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Occurrence {
  readonly instance: string;
  readonly requestId: string;
}

const HEADERS: Partial<Record<ErrorCode, Readonly<Record<string, string>>>> = {
  unauthorized: { 'www-authenticate': 'Bearer realm="waybill"' },
  'webhook-signature-invalid': { 'www-authenticate': 'Webhook realm="waybill"' },
  'unsupported-media-type': { accept: 'application/json', 'accept-encoding': 'identity' },
  'rate-limited': { 'retry-after': '1' },
  'too-many-streams': { 'retry-after': '5' },
  'service-unavailable': { 'retry-after': '1' },
  'outcome-unknown': { 'retry-after': '2' },
};

/** What Node refuses before there is a request, by its error code. */
const BY_CODE: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
};

/** What Fastify and Nest refuse, by status: of Fastify's own errors Nest hands on no more than that. */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  404: 'route-not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  413: 'payload-too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
};

export function problemOf(rejected: Rejected, { instance, requestId }: Occurrence): Problem {
  const { status, title, remedy } = ERRORS[rejected.code];
  const { detail, errors, retryAfter, accept, ...more } =
    status === 500 ? ({} as Rejected['details']) : rejected.details;
  return {
    status,
    headers: {
      ...HEADERS[rejected.code],
      ...(typeof accept === 'string' && { accept }),
      ...(typeof retryAfter === 'number' && { 'retry-after': String(retryAfter) }),
    },
    body: {
      ...more,
      type: `/problems/${rejected.code}`,
      title,
      status,
      detail: detail ?? (errors?.[0] ? sentence(errors[0]) : remedy),
      instance,
      requestId,
      ...(errors && { errors }),
    },
  };
}

/** The refusal that an error means; undefined for a defect. */
export function refusalOf(error: unknown): Rejected | undefined {
  if (error instanceof Rejected) return error;
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, status, statusCode = status } = error as Record<string, unknown>;
  if (typeof code === 'string' && BY_CODE[code]) return new Rejected(BY_CODE[code]);
  // The parser of Node has a code for every way to break HTTP, and no status.
  if (typeof code === 'string' && code.startsWith('HPE_')) return new Rejected('malformed-request');
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return undefined;
  return new Rejected(BY_STATUS[statusCode] ?? 'malformed-request');
}

/** What a client of an operation gets to see of it. */
export function exampleOf(
  code: ErrorCode,
  { path: instance, uploads }: Pick<Operation, 'path' | 'uploads'> = { path: '/v1/orders' },
): Problem {
  const errors = [{ pointer: '/lines/0/quantity', detail: 'must be an integer number' }];
  const isUpload = code === 'unsupported-media-type' && uploads !== undefined;
  const rejected = new Rejected(code, code === 'validation-failed' ? { errors } : {});
  return problemOf(isUpload ? unsupported() : rejected, { instance, requestId: 'req_01k…' });
}

function sentence({ pointer, detail }: Fault): string {
  return `${pointer === '' ? 'The body' : pointer} ${detail}.`;
}
