import { newId } from '#contracts';
import { type Message, type Trace } from '#messaging';

/** A message that never leaves the process: the outcome of a call to the outside, or a deadline that has passed. */
export function localMessage<const N extends string, T extends object>(
  type: N,
  data: T,
  from: { readonly source: string; readonly causationId: string | null; readonly trace: Trace },
): Message<N, T> {
  return { type, data, id: newId('msg'), ...from, attempt: 1, replyTo: null };
}
