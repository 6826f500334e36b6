import { newId } from '#contracts';
import { crash } from '#crash-points';
import { type Bundle } from './delivery.js';
import { EVENT_LOG } from './event-log.js';
import { Gathering } from './gathering.js';
import { type Publisher } from './publisher.js';
import { EXCHANGES } from './topology.js';

const GATHER_MS = 100;

/**
 * Writes events to the log after they have been published. Not by a binding beside the queues of the services: the broker
 * would take an event that its service's queue is missing for as routed, and it would be lost instead of returned.
 */
export class EventLogWriter {
  private readonly gathering: Gathering;

  constructor(private readonly publisher: Publisher) {
    // As many as its bytes hold: readers of the log take all of them.
    const members = Number.POSITIVE_INFINITY;
    this.gathering = new Gathering({ ms: GATHER_MS, members, send: (body) => this.write(body) });
  }

  /** Resolves when the broker has it. What is no event is none of the log's business. */
  add({ exchange, body }: Pick<Bundle, 'exchange' | 'body'>): Promise<void> {
    return exchange === EXCHANGES.events ? this.gathering.add(body, 1) : Promise.resolve();
  }

  private write(body: string): Promise<void> {
    crash?.('event-log.before-write');
    const about = { id: newId('msg'), exchange: EXCHANGES.log, routingKey: EVENT_LOG, type: 'events' };
    return this.publisher.publish({ ...about, mandatory: false, body });
  }
}
