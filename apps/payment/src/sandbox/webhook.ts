import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** What the sandbox tells of its own accord, as its body has it. */
export interface SandboxEvent {
  readonly type: 'payment.action_settled' | 'payment.action_expired' | 'payment.authorization_expired';
  readonly timestamp: string;
  readonly data: { readonly paymentId: string };
}

const TOLERANCE_S = 5 * 60;
const ID = /^[\w-]{1,100}$/;
const SECONDS = /^[1-9]\d{8,11}$/;
/** One signature, or several while secrets change. */
const SIGNATURES = /^v1,[A-Za-z0-9+/]{43}=(?: v1,[A-Za-z0-9+/]{43}=){0,4}$/;
const PAYMENT = /^pay_[0-9a-z]{26}$/;

/**
 * Reads a call signed in the scheme of standardwebhooks.com. The library signs; what it takes for headers is stricter
 * here ("17e9" is no number of seconds, and what follows a signature belongs to it), and the clock is the caller's.
 */
export function sandboxEvent(
  raw: string,
  headers: Readonly<Record<string, string>>,
  secrets: readonly string[],
  now: Date,
): { id: string; type: string; paymentId: string | undefined } | undefined {
  const {
    'webhook-id': id = '',
    'webhook-timestamp': seconds = '',
    'webhook-signature': given = '',
  } = headers;
  if (!ID.test(id) || !SECONDS.test(seconds) || !SIGNATURES.test(given)) return undefined;
  if (Math.abs(now.getTime() / 1_000 - Number(seconds)) > TOLERANCE_S) return undefined;
  const at = new Date(Number(seconds) * 1_000);
  const valid = secrets.map((secret) => new Webhook(secret).sign(id, at, raw));
  const isAuthentic = given.split(' ').some((one) => valid.some((other) => isSame(one, other)));
  return isAuthentic ? eventIn(raw, id) : undefined;
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

/** Signed, but about something that we do not know: stored, and nothing comes of it. */
function eventIn(raw: string, id: string): ReturnType<typeof sandboxEvent> {
  const { type, data } = parsed(raw) as { type?: unknown; data?: { paymentId?: unknown } | null };
  const paymentId = data?.paymentId;
  return {
    id,
    type: typeof type === 'string' && /^[\w.]{1,100}$/.test(type) ? type : 'unknown',
    paymentId: typeof paymentId === 'string' && PAYMENT.test(paymentId) ? paymentId : undefined,
  };
}

function parsed(raw: string): object {
  try {
    return Object(JSON.parse(raw));
  } catch {
    return {};
  }
}
