import { type NoteAdded, Rejected } from '#contracts';
import { type Current, type Decision } from '#loop';
import { type OrderMessage } from './messages.js';
import { type KeyUse, type Order, type OrderState, type Step } from './order.js';
import { keyOf, usedKey } from './place.js';
import { entryOf } from './timeline.js';

type NoteMessage = Extract<OrderMessage, { type: 'order.note.v1' }>;

/** So far notes go; the steps of the order itself are never refused for their number. */
export const LAST_NOTE_VERSION = 1_000;

/** A step that changes nothing but the version, in whatever phase the order is. Once per key, with the answer kept. */
export function note(
  current: Current<OrderState>,
  message: NoteMessage,
  now: Date,
): Decision<OrderState, Step> {
  const { orderId, idempotency, note: written, author } = message.data;
  const used = usedKey(current, idempotency);
  const order = current.get(orderId);
  if (order?.kind !== 'order') throw new Rejected('order-not-found', { orderId });
  if (used) return { answer: { ...(used.answer as NoteAdded), replayed: true } };
  if (order.version >= LAST_NOTE_VERSION) throw new Rejected('too-many-notes', { orderId });

  const at = now.toISOString();
  const version = order.version + 1;
  const next: Order = { ...order, version, updatedAt: at };
  const detail = { note: { text: written.text, author } };
  const step: Step = { orderId, version, from: order.phase, to: order.phase, at, detail };
  const answer: NoteAdded = { entry: entryOf(step, message), replayed: false };
  const key: KeyUse = {
    kind: 'key',
    ...idempotency,
    version: 1,
    orderId,
    paymentId: null,
    answer,
    createdAt: at,
  };
  return {
    put: [
      [orderId, next],
      [keyOf(idempotency.key), key],
    ],
    append: [step],
    answer,
  };
}
