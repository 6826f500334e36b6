import { Readable } from 'node:stream';
import { Rejected, type TimelineEntry } from '#contracts';

/** Bytes that may lie ready for a client who does not read. What comes after them stays in the timeline, which all streams share. */
const READY_BYTES = 16_384;
/** How long a browser waits before it connects again. */
const RETRY_MS = 2_000;

/** Nothing more is waited for: the order was confirmed, or has ended. */
export function isSettled(timeline: readonly TimelineEntry[]): boolean {
  const status = timeline.at(-1)?.to;
  return status !== undefined && status !== 'pending' && status !== 'awaiting_payment';
}

/** The version after which a client wants to go on; 0 for all of them. */
export function lastEventId(header: string | string[] | undefined): number {
  if (header === undefined || header === '') return 0;
  if (/^\d{1,9}$/.test(String(header))) return Number(header);
  const detail = 'must be the id of an event of this order, for example 3';
  throw new Rejected('malformed-request', { errors: [{ pointer: '/headers/last-event-id', detail }] });
}

/**
 * The steps of an order as server-sent events (HTML standard, 9.2), as fast as the client takes them: it pulls from the
 * timeline, so a slow one holds up nobody and fills no memory.
 */
export class EventStream extends Readable {
  #next: number;
  #hungry = false;
  #over = false;

  /** `timeline` grows at its end. */
  constructor(
    private readonly timeline: readonly TimelineEntry[],
    after: number,
  ) {
    super({ highWaterMark: READY_BYTES });
    const first = timeline.findIndex(({ version }) => version > after);
    this.#next = first < 0 ? timeline.length : first;
    this.push(`retry: ${RETRY_MS}\n\n`);
  }

  override _read(): void {
    this.#hungry = true;
    this.wake();
  }

  /** There may be more steps now. */
  wake(): void {
    while (this.#hungry && !this.#over) {
      const entry = this.timeline[this.#next];
      if (entry) {
        this.#next++;
        this.#hungry = this.push(`id: ${entry.version}\ndata: ${JSON.stringify(entry)}\n\n`);
      } else if (isSettled(this.timeline)) {
        const status = this.timeline.at(-1)?.to;
        this.#end(`event: end\ndata: ${JSON.stringify({ status })}\n\n`);
      } else return;
    }
  }

  /** Keeps the line open. False when the client has not taken what there was, or the stream is over. */
  beat(): boolean {
    if (!this.#hungry || this.#over) return false;
    this.#hungry = this.push(':\n\n');
    return true;
  }

  /** Ends it with a comment; a client that connects again goes on where it was. */
  finish(words: string): void {
    if (!this.#over) this.#end(`: ${words}\n\n`);
  }

  #end(text: string): void {
    this.#over = true;
    this.push(text);
    this.push(null);
  }
}
