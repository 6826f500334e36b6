import { hash } from 'node:crypto';
import { isId, newId, type ServiceName } from '#contracts';
import { type Connection } from './connection.js';
import { type Delivery, QueueConsumer } from './consumer.js';
import { parseBundle } from './envelope.js';
import { FORGED, MAX_ATTEMPTS } from './failures.js';
import { traceIdOf } from './observe.js';
import { senderOfType } from './permissions.js';
import { declareDeadQueue } from './topology.js';
import { sendersFor } from './users.js';

/** A message that a service could not handle, with what is known about why. */
export interface DeadLetter {
  readonly id: string;
  readonly queue: string;
  readonly source: string;
  readonly reason: string;
  /** Of the first member; null when it can't be read. */
  readonly type: string | null;
  readonly memberId: string | null;
  readonly traceId: string | null;
  readonly error: string;
  readonly stack: string;
  /** What died of the same thing has the same. */
  readonly cause: string;
  readonly attempts: number;
  readonly failedAt: string;
  readonly body: Buffer;
}

const PREFETCH = 32;
const MAX_TEXT = 4_000;

/** Takes the dead letters of a service from their queue; each stays there until `keep` has resolved. */
export function deadQueue(
  connection: Connection,
  service: ServiceName,
  keep: (letter: DeadLetter) => Promise<void>,
): QueueConsumer {
  const senders = sendersFor(service, connection.user);
  return new QueueConsumer({
    connection,
    queue: `${service}.dead`,
    prefetch: PREFETCH,
    careful: false,
    declare: (channel) => declareDeadQueue(channel, service),
    outlasts: connection.isToCluster,
    receive: (delivery) => {
      // What the broker has set aside is still signed by whoever sent it; all else by ourselves.
      const isFrom = (type: string): boolean => senders(delivery.user, senderOfType(type) ?? service);
      void keep(letterOf(delivery, isFrom)).then(delivery.finish, () => undefined);
    },
  });
}

/** Written by Failures, or set aside by the broker itself when it has killed too many consumers. */
function letterOf(delivery: Delivery, isFrom: (type: string) => boolean): DeadLetter {
  const { content, headers, messageId, source } = delivery;
  const text = (name: string, fallback: string): string => {
    const value = headers[name];
    return typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT) : fallback;
  };
  const parsed = parseBundle(content);
  const members = 'members' in parsed ? parsed.members : [];
  const [member] = members;
  const type = member?.type ?? null;
  const isForged = !members.every((one) => isFrom(one.type));
  const reason = isForged ? FORGED : text('x-reason', text('x-first-death-reason', 'unknown'));
  const error = text('x-error', 'set aside by the broker: it was in hand whenever a process died');
  return {
    // Another one than ours could not be asked for.
    id: messageId !== null && isId('msg', messageId) ? messageId : newId('msg'),
    queue: text('x-queue', text('x-first-death-queue', '')),
    source,
    reason,
    type,
    memberId: member?.id ?? null,
    traceId: member ? traceIdOf(member.traceparent) : null,
    error,
    stack: text('x-stack', ''),
    cause: causeOf(reason, type, error),
    attempts: countOf(headers['x-attempts'] ?? member?.attempt),
    failedAt: timeOf(text('x-failed-at', '')).toISOString(),
    body: content,
  };
}

function countOf(value: unknown): number {
  return Number.isInteger(value) ? Math.min(Math.max(value as number, 1), MAX_ATTEMPTS) : 1;
}

/** Now, when it is none that can have been. */
function timeOf(text: string): Date {
  const [time, now] = [new Date(text), new Date()];
  return time.getTime() > 0 && time <= now ? time : now;
}

/** Ids and numbers differ from letter to letter, what they died of does not. */
export function causeOf(reason: string, type: string | null, error: string): string {
  const words = error.replaceAll(/\b[a-z]{3}_[0-9a-z]{26}\b|"[^"]*"|\d+/g, '…').slice(0, 300);
  return hash('sha256', [reason, type ?? '', words].join('\n')).slice(0, 12);
}
