import { type WebhookProvider } from '#contracts';

/** What an authentic call says. It is not believed, only heard: see docs/adr/0016. */
export interface WebhookEvent {
  /** Unique at its provider. */
  readonly id: string;
  readonly type: string;
  /** undefined when it is about something else than one of our payments. */
  readonly paymentId?: string | undefined;
  /** When it is about a refund of that payment. */
  readonly refundId?: string | undefined;
}

/** undefined: not authentic. Never throws. */
export type ReadEvent = (
  raw: string,
  headers: Readonly<Record<string, string>>,
  secrets: readonly string[],
  now: Date,
) => WebhookEvent | undefined;

export interface WebhookCall {
  readonly provider: WebhookProvider;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** The providers whose calls are taken, with their secrets. */
export abstract class WebhookSources {
  /** undefined: not authentic. Refuses calls of a provider that is not set up. */
  abstract read(call: WebhookCall, now: Date): WebhookEvent | undefined;
}

/** An event, and the request that brought it. */
export interface StoredEvent extends WebhookEvent {
  readonly provider: WebhookProvider;
  readonly requestId: string;
  readonly traceId: string;
}

/** What comes of stored events. */
export abstract class Heeding {
  /** Returns at once. */
  abstract heed(event: StoredEvent): void;
}
