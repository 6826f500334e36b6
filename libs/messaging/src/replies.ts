import { ERRORS, type ErrorCode, Rejected } from '#contracts';
import { type ReplyMember } from './envelope.js';

export type AnswerMember = Extract<ReplyMember, { readonly id: string }>;
export type Refused = Extract<ReplyMember, { readonly refused: unknown }>['refused'];

/** What can be read of a message in a reply queue. What can't is dropped: whoever waits for it has a deadline. */
export function parseReplies(content: Buffer): readonly ReplyMember[] {
  try {
    const replies: unknown = JSON.parse(content.toString());
    return Array.isArray(replies) ? replies.filter(isReply) : [];
  } catch {
    return [];
  }
}

function isReply(value: unknown): value is ReplyMember {
  if (!isObject(value)) return false;
  const { notice, data, id, ok, refused } = value;
  if (notice !== undefined) return typeof notice === 'string' && isObject(data);
  if (typeof id !== 'string') return false;
  if (ok !== undefined) return typeof ok === 'object';
  return isObject(refused) && typeof refused.code === 'string' && isObject(refused.details);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

export function rejectedOf({ code, details }: Refused): Rejected {
  return Object.hasOwn(ERRORS, code)
    ? new Rejected(code as ErrorCode, { ...details })
    : new Rejected('internal-error');
}
