import { newId } from '#contracts';
import { crash } from '#crash-points';
import { type Bundle } from './delivery.js';
import { MAX_MEMBERS } from './envelope.js';
import { Gathering } from './gathering.js';
import { type Publisher } from './publisher.js';
import { EXCHANGES } from './topology.js';

/** Long enough for the bundles of two or three batches; a commit of stock that is late by as much harms nobody. */
const GATHER_MS = 50;

/** A bundle as a decision made it. Of one that was found in the outbox nobody knows how many members it has: it travels alone. */
export type Publishable = Omit<Bundle, 'count' | 'canWait'> & Partial<Pick<Bundle, 'count' | 'canWait'>>;

/**
 * Publishes bundles. Those that can wait go along with the next message to the same address, before what it carries, or
 * after 50 ms: each message is a batch at its receiver, a commit, and entries in the broker's log. See docs/adr/0043.
 */
export class BundlePublisher {
  private readonly waiting = new Map<string, Gathering>();

  constructor(private readonly publisher: Pick<Publisher, 'publish'>) {}

  /** Resolves when the broker has it; rejects with PublishError. */
  publish(bundle: Publishable): Promise<void> {
    const { count, canWait, body, exchange } = bundle;
    if (count === undefined) return this.publisher.publish(bundle);
    if (exchange === EXCHANGES.events) this.sendOtherFacts(bundle);
    if (canWait) return this.gatheringFor(bundle).add(body, count);
    const waiting = this.waiting.get(addressOf(bundle));
    if (!waiting || waiting.isEmpty) return this.publisher.publish(bundle);
    const sent = waiting.add(body, count);
    waiting.send();
    return sent;
  }

  /** What a service says of one order is told in the order in which it happened. */
  private sendOtherFacts(bundle: Publishable): void {
    for (const [address, gathering] of this.waiting)
      if (address.startsWith(EXCHANGES.events) && address !== addressOf(bundle)) gathering.send();
  }

  private gatheringFor(bundle: Publishable): Gathering {
    const address = addressOf(bundle);
    const known = this.waiting.get(address);
    if (known) return known;
    const { exchange, routingKey, type, mandatory } = bundle;
    const gathering = new Gathering({
      ms: GATHER_MS,
      members: MAX_MEMBERS,
      send: (body) => {
        crash?.('gathered.before-send');
        return this.publisher.publish({ id: newId('msg'), exchange, routingKey, type, mandatory, body });
      },
    });
    this.waiting.set(address, gathering);
    return gathering;
  }
}

const addressOf = ({ exchange, routingKey }: Publishable): string => `${exchange} ${routingKey}`;
