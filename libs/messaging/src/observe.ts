import { type Message } from './delivery.js';

/** Structured log: fields first, then the message. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Told what happens: `_total` counts, `_seconds` is a duration, all else a level. */
export type Observe = (name: string, labels?: Record<string, string>, value?: number) => void;

/** What a log line says of a message: enough to find everything else that belongs to it. */
export function logged({ id, type, causationId, attempt, trace, data }: Message): object {
  const { orderId, paymentId } = data as { readonly orderId?: unknown; readonly paymentId?: unknown };
  return {
    type,
    messageId: id,
    causationId,
    attempt,
    requestId: trace.requestId,
    traceId: traceIdOf(trace.traceparent),
    ...(typeof orderId === 'string' && { orderId }),
    ...(typeof paymentId === 'string' && { paymentId }),
  };
}

export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}
