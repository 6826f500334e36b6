import { type Message, type Trace } from './delivery.js';

/** One member of a bundle on the wire. Who sent it is the `appId` of the AMQP message. */
export interface Member {
  readonly id: string;
  readonly type: string;
  readonly causationId: string | null;
  readonly requestId: string;
  readonly traceparent: string;
  /** 1 on the first try. */
  readonly attempt: number;
  /** Of an RPC, in ms since 1970: nobody waits for the answer any more. */
  readonly deadline?: number;
  readonly data: unknown;
}

/** What comes back to a caller: the answer to one call, or a notice that was promised earlier. */
export type ReplyMember =
  | { readonly id: string; readonly ok: unknown }
  | { readonly id: string; readonly refused: { readonly code: string; readonly details: object } }
  | { readonly notice: string; readonly data: object };

/** Bytes of one AMQP message that are still read; whatever is larger is dead on arrival. */
export const MAX_BODY_BYTES = 256 * 1_024;
/** Members of one AMQP message. */
export const MAX_MEMBERS = 64;

export type Parsed = { readonly members: readonly Member[] } | { readonly malformed: string };

/** Reads a bundle, from whomever: nothing in it is believed before it has been looked at. */
export function parseBundle(content: Buffer, most = MAX_MEMBERS): Parsed {
  if (content.length > MAX_BODY_BYTES)
    return { malformed: `${content.length} bytes: more than ${MAX_BODY_BYTES}` };
  let body: unknown;
  try {
    body = JSON.parse(content.toString());
  } catch {
    return { malformed: 'not JSON' };
  }
  if (!Array.isArray(body) || body.length === 0 || body.length > most) {
    return { malformed: `not a list of 1 to ${most} members` };
  }
  const wrong = body.findIndex((member) => !isMember(member));
  return wrong < 0 ? { members: body } : { malformed: `member ${wrong} has no envelope` };
}

function isMember(value: unknown): value is Member {
  if (typeof value !== 'object' || value === null) return false;
  const { id, type, causationId, requestId, traceparent, attempt, deadline } = value as Record<
    string,
    unknown
  >;
  return (
    isShortText(id) &&
    isShortText(type) &&
    (causationId === null || isShortText(causationId)) &&
    isShortText(requestId) &&
    typeof traceparent === 'string' &&
    TRACEPARENT.test(traceparent) &&
    Number.isSafeInteger(attempt) &&
    (attempt as number) >= 1 &&
    (deadline === undefined || Number.isSafeInteger(deadline))
  );
}

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Ids and names go into logs and into text columns. */
function isShortText(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value);
}

/** The member as a handler sees it. `data` has been validated. */
export function messageOf(
  member: Member,
  data: object,
  from: { source: string; replyTo: string | null },
): Message {
  const { id, type, causationId, requestId, traceparent, attempt } = member;
  const trace: Trace = { traceparent, requestId };
  return { id, type, data, causationId, trace, attempt, source: from.source, replyTo: from.replyTo };
}

const TRACE_END = 36;
const [spanPrefix = 0, firstSpan = 0] = crypto.getRandomValues(new Uint32Array(2));
const prefix = ((spanPrefix | 1) >>> 0).toString(16).padStart(8, '0');
let span = firstSpan;

/** The same trace, a new span: ids only have to be unique, so they are counted up from a random start. */
export function childOf(traceparent: string): string {
  span = (span + 1) >>> 0;
  return `${traceparent.slice(0, TRACE_END)}${prefix}${span.toString(16).padStart(8, '0')}${traceparent.slice(TRACE_END + 16)}`;
}
