import { newId } from '#contracts';
import { crash } from '#crash-points';
import { type Bundle } from './delivery.js';
import { MAX_BODY_BYTES } from './envelope.js';
import { EVENT_LOG } from './event-log.js';
import { type Publisher } from './publisher.js';
import { EXCHANGES } from './topology.js';

/** Nobody waits for the log: what comes in this time shares a message, which costs the broker as much as one event would. */
const GATHER_MS = 100;

type Logged = Pick<Bundle, 'exchange' | 'body'>;

/**
 * Writes events to the log after they have been published. Not by a binding beside the queues of the services: the broker
 * would take an event that its service's queue is missing for as routed, and it would be lost instead of returned.
 */
export class EventLogWriter {
  private bodies: string[] = [];
  private bytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private written: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(private readonly publisher: Publisher) {}

  /** Resolves when the broker has it. What is no event is none of the log's business. */
  add({ exchange, body }: Logged): Promise<void> {
    if (exchange !== EXCHANGES.events) return Promise.resolve();
    const bytes = Buffer.byteLength(body);
    if (this.bytes + bytes > MAX_BODY_BYTES) this.write();
    this.bodies.push(body);
    this.bytes += bytes;
    this.timer ??= setTimeout(() => this.write(), GATHER_MS);
    return this.written.promise;
  }

  private write(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.bodies.length === 0) return;
    crash?.('event-log.before-write');
    const { bodies, written } = this;
    this.bodies = [];
    this.bytes = 0;
    this.written = Promise.withResolvers();
    // Each is a JSON array: together they are one.
    const body = `[${bodies.map((one) => one.slice(1, -1)).join(',')}]`;
    const about = { id: newId('msg'), exchange: EXCHANGES.log, routingKey: EVENT_LOG, type: 'events' };
    this.publisher.publish({ ...about, mandatory: false, body }).then(written.resolve, written.reject);
  }
}
