import { type TimelineEntry } from '#contracts';
import { type Message } from '#messaging';
import { publicStatus, type Step } from './order.js';

/** A step and its cause, as `findTimeline` reads them. */
export function entryOf({ version, at, from, to, detail }: Step, cause: Message): TimelineEntry {
  return {
    version,
    at,
    from: from && publicStatus(from),
    to: publicStatus(to),
    cause: cause.type,
    service: cause.source,
    messageId: cause.id,
    causationId: cause.causationId,
    requestId: cause.trace.requestId,
    traceId: cause.trace.traceparent.slice(3, 35),
    detail,
  };
}
