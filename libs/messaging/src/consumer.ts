import { type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import { AckWindow } from './ack-window.js';
import { type Connection } from './connection.js';

/** One AMQP message in hand. */
export interface Delivery {
  readonly content: Buffer;
  readonly queue: string;
  /** The service that sent it. */
  readonly source: string;
  readonly replyTo: string | null;
  /** How often a consumer has died, or lost its connection, with it in hand. */
  readonly deaths: number;
  /** Acknowledges it. Without effect when the connection has been lost meanwhile: then it comes again. */
  readonly finish: () => void;
}

export interface QueueConsumerOptions {
  readonly connection: Connection;
  readonly queue: string;
  /** Messages in hand at most. */
  readonly prefetch: number;
  readonly declare: (channel: Channel) => Promise<void>;
  readonly receive: (delivery: Delivery) => void;
}

interface Subscription {
  readonly channel: Channel;
  readonly window: AckWindow;
  tag: string | undefined;
}

/**
 * Takes messages from one queue, over a channel of its own, until it is told to stop: after a lost connection, a closed
 * channel, a deleted queue it subscribes again.
 */
export class QueueConsumer {
  private subscription: Subscription | undefined;
  private wanted = true;
  private inHand = 0;
  private emptied: (() => void)[] = [];

  constructor(private readonly options: QueueConsumerOptions) {}

  start(): Promise<void> {
    const { connection } = this.options;
    connection.onLost(() => {
      this.subscription = undefined;
    });
    return connection.onOpen((model) => this.subscribe(model));
  }

  get isSubscribed(): boolean {
    return this.subscription?.tag !== undefined;
  }

  /** Takes no more; what is in hand is finished. */
  async pause(): Promise<void> {
    this.wanted = false;
    const { subscription } = this;
    if (!subscription?.tag) return;
    const { tag } = subscription;
    subscription.tag = undefined;
    await subscription.channel.cancel(tag).catch(() => undefined);
  }

  async resume(): Promise<void> {
    this.wanted = true;
    const { subscription } = this;
    // Without a subscription there is no connection: it subscribes when there is one.
    if (subscription && !subscription.tag) await this.consume(subscription);
  }

  /** Resolves when nothing is in hand. */
  drained(): Promise<void> {
    if (this.inHand === 0) return Promise.resolve();
    return new Promise((resolve) => this.emptied.push(resolve));
  }

  private async subscribe(model: ChannelModel): Promise<void> {
    const { connection, prefetch } = this.options;
    const channel = await model.createChannel();
    channel.on('error', () => undefined);
    channel.on('close', () => connection.renew(model));
    await channel.prefetch(prefetch);
    const window = new AckWindow((upTo) => acknowledge(channel, upTo));
    const subscription: Subscription = { channel, window, tag: undefined };
    this.subscription = subscription;
    if (this.wanted) await this.consume(subscription);
  }

  private async consume(subscription: Subscription): Promise<void> {
    const { queue, declare } = this.options;
    const { channel } = subscription;
    await declare(channel);
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message) this.deliver(message, subscription);
      else this.cancelled(subscription);
    });
    subscription.tag = consumerTag;
  }

  /** By the broker: the queue was deleted, or has moved to another node. A new channel declares it again. */
  private cancelled({ channel }: Subscription): void {
    channel.close().catch(() => undefined);
  }

  private deliver({ content, fields, properties }: ConsumeMessage, { window }: Subscription): void {
    const { queue, receive } = this.options;
    window.received(fields.deliveryTag);
    this.inHand++;
    let finished = false;
    const finish = (): void => {
      if (finished) return;
      finished = true;
      window.done(fields.deliveryTag);
      if (--this.inHand === 0) for (const resolve of this.emptied.splice(0)) resolve();
    };
    receive({
      content,
      queue,
      source: textOf(properties.appId) ?? 'unknown',
      replyTo: textOf(properties.replyTo),
      deaths: Number(properties.headers?.['x-delivery-count'] ?? 0),
      finish,
    });
  }
}

/** On a channel that has closed meanwhile this is no error: the message comes again, and its effect is known. */
function acknowledge(channel: Channel, upTo: number): void {
  try {
    channel.ack({ fields: { deliveryTag: upTo } } as ConsumeMessage, true);
  } catch {
    // The channel is closed.
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value) ? value : null;
}
