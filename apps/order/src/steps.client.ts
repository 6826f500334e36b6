import { type OrderSteps, stepsOf, type TimelineEntry } from '#contracts';
import { type Appended } from '#loop';
import { type Watchers } from '#messaging';
import { publicStatus, type Step } from './order.js';

/** Tells whoever watches an order of the steps it took. Orders that nobody watches cost a look at an empty list. */
export function tellSteps(
  watchers: Pick<Watchers, 'isIdle' | 'has' | 'tell'>,
  appended: readonly Appended<Step>[],
): void {
  if (watchers.isIdle) return;
  for (const step of appended) {
    const name = stepsOf(step.row.orderId);
    if (watchers.has(name)) watchers.tell(name, { steps: [entryOf(step)] } satisfies OrderSteps);
  }
}

/** As `findTimeline` reads it. */
function entryOf({ row: { version, at, from, to, detail }, cause }: Appended<Step>): TimelineEntry {
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
