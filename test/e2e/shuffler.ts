import { type Channel, type ChannelModel, type ConfirmChannel, type ConsumeMessage, connect } from 'amqplib';
import { EXCHANGES } from '#messaging';
import { type TestBroker } from '#testing';

/** One member of a bundle, on its way to a queue of a service. */
interface Copy {
  readonly queue: string;
  readonly member: object;
  readonly appId: string;
}

interface Binding {
  readonly source: string;
  readonly routing_key: string;
}

/** Every member arrives so often. */
export const COPIES = 3;
/** How late each copy of a member may be that does not have to wait for the end. */
const DELAYS_MS = [100, 500];
/** Time in which old news is mixed. */
const MIX_MS = 300;

/**
 * Stands between the exchanges and the queues of the services: what is sent to a queue goes through its hands, and comes
 * out three times: twice after a time of its own, and once more when everything has long happened. Copies go in through the exchange by which retries come back.
 */
export class Shuffler {
  /** Copies that were handed to a queue. */
  delivered = 0;
  private readonly moved: (readonly [queue: string, source: string, key: string])[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly sending = new Set<Promise<void>>();
  private readonly old: Copy[] = [];

  private constructor(
    private readonly model: ChannelModel,
    private readonly consuming: Channel,
    private readonly publishing: ConfirmChannel,
  ) {}

  /** In front of these queues. Nothing may be under way meanwhile. */
  static async before(broker: TestBroker, queues: readonly string[]): Promise<Shuffler> {
    const model = await connect(broker.url);
    const shuffler = new Shuffler(model, await model.createChannel(), await model.createConfirmChannel());
    for (const queue of queues) await shuffler.takeThePlaceOf(broker, queue);
    return shuffler;
  }

  /** The last copy of everything that was said so far: all at once, in no order. False when there is nothing left. */
  deliverOldNews(): boolean {
    const copies = this.old.splice(0);
    for (const copy of copies) this.later(copy, MIX_MS * Math.random());
    return copies.length > 0;
  }

  /** Resolves when no copy is on its way any more. */
  async drained(): Promise<void> {
    while (this.timers.size + this.sending.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Everything is as it was before. */
  async close(): Promise<void> {
    for (const binding of this.moved) await this.consuming.bindQueue(...binding);
    await this.model.close();
  }

  private async takeThePlaceOf(broker: TestBroker, queue: string): Promise<void> {
    const path = `/api/queues/${broker.vhost}/${queue}/bindings`;
    const bindings = await broker.manage<Binding[]>('GET', path);
    const moved = bindings.filter(
      ({ source }) => source === EXCHANGES.commands || source === EXCHANGES.events,
    );
    if (moved.length === 0) throw new Error(`${queue} is bound to nothing`);
    const { queue: ours } = await this.consuming.assertQueue('', { exclusive: true });
    for (const { source, routing_key: key } of moved) {
      await this.consuming.bindQueue(ours, source, key);
      await this.consuming.unbindQueue(queue, source, key);
      this.moved.push([queue, source, key]);
    }
    await this.consuming.consume(ours, (message) => message && this.take(message, queue));
  }

  private take(message: ConsumeMessage, queue: string): void {
    const { appId } = message.properties as { appId: string };
    for (const member of JSON.parse(message.content.toString()) as object[]) {
      for (const delay of DELAYS_MS) this.later({ queue, member, appId }, delay * Math.random());
      this.old.push({ queue, member, appId });
    }
    this.consuming.ack(message);
  }

  private later(copy: Copy, ms: number): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const sent = this.send(copy).finally(() => this.sending.delete(sent));
      this.sending.add(sent);
    }, ms);
    this.timers.add(timer);
  }

  private send({ queue, member, appId }: Copy): Promise<void> {
    return new Promise((resolve, reject) => {
      const content = Buffer.from(JSON.stringify([member]));
      const options = { persistent: true, mandatory: true, appId, contentType: 'application/json' };
      this.publishing.publish(EXCHANGES.retry, queue, content, options, (error) => {
        this.delivered++;
        if (error) reject(error as Error);
        else resolve();
      });
    });
  }
}
