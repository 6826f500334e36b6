import { type CloudEvent, type EventList } from '#contracts';
import { type Message } from '#messaging';
import { type LoggedBundle } from './sales.js';

/** An event is known by the position of its bundle, and its place in it. */
export interface EventPlace {
  readonly position: number;
  readonly index: number;
}

type Placed = Omit<LoggedBundle, 'members'> & {
  readonly position: number;
  readonly members: readonly unknown[];
};
type Member = Pick<Message, 'id'> & { readonly traceparent: string; readonly data: CloudEvent['data'] };

/** Of an answer: less than a message may have, for the envelope of each event is more than it was. */
const MAX_BYTES = 150_000;

/** The events after a place, as many as are asked for, or as fit into one answer. */
export function eventsAfter(bundles: readonly Placed[], after: EventPlace, limit: number): EventList {
  const data: CloudEvent[] = [];
  let bytes = 0;
  let last: EventPlace | undefined;
  for (const { members, ...bundle } of bundles) {
    for (const [index, member] of members.entries()) {
      if (bundle.position === after.position && index <= after.index) continue;
      const event = cloudEvent(member as Member, bundle);
      bytes += JSON.stringify(event).length;
      const isFull = data.length === limit || (data.length > 0 && bytes > MAX_BYTES);
      if (isFull && last) return { data, next: `${last.position}.${last.index}` };
      data.push(event);
      last = { position: bundle.position, index };
    }
  }
  return { data, next: null };
}

function cloudEvent(
  { id, data, traceparent }: Member,
  { type, source, at }: Omit<Placed, 'members'>,
): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source: `/waybill/${source}`,
    type,
    subject: subjectOf(data),
    time: at,
    datacontenttype: 'application/json',
    traceparent,
    data,
  };
}

function subjectOf({ orderId, paymentId, sku }: CloudEvent['data']): string | null {
  const subject = orderId ?? paymentId ?? sku;
  return typeof subject === 'string' ? subject : null;
}
