import { type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import { crash } from '#crash-points';
import { AckWindow } from './ack-window.js';
import { type Connection } from './connection.js';
import { IDENTITY_HEADER, tokenOf } from './identity.js';
import { inTime, Unanswered } from './in-time.js';

/** One AMQP message in hand. */
export interface Delivery {
  readonly content: Buffer;
  readonly queue: string;
  /** The service that sent it, as it says. */
  readonly source: string;
  /** With what user its sender has signed in, as the broker has checked; null when it does not say. */
  readonly user: string | null;
  readonly replyTo: string | null;
  readonly messageId: string | null;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Of an RPC: says who asks, if it is to be believed. */
  readonly token: string | null;
  /** How often a consumer has died, or lost its connection, with it in hand. */
  readonly deaths: number;
  /** Somebody may have had it in hand before, and have done what it asks for. */
  readonly isRedelivered: boolean;
  /** Acknowledges it. Without effect when the connection has been lost meanwhile: then it comes again. */
  readonly finish: () => void;
}

export interface QueueConsumerOptions {
  readonly connection: Connection;
  readonly queue: string;
  /** Messages in hand at most. */
  readonly prefetch: number;
  /** Begins with one in hand; see KILLER. For queues that count deaths. */
  readonly careful: boolean;
  readonly declare: (channel: Channel) => Promise<void>;
  /**
   * The queue outlasts the connection, with all that belongs to it: who subscribes again does not declare it anew, unless it
   * has gone. In a cluster what is declared is agreed on by all nodes, and one that stands still lets everybody wait.
   */
  readonly outlasts: boolean;
  /** Before it stops taking: nothing more should come in for it alone. */
  readonly leave?: (channel: Channel) => Promise<void>;
  readonly receive: (delivery: Delivery) => void;
}

interface Subscription {
  readonly model: ChannelModel;
  readonly channel: Channel;
  readonly window: AckWindow;
  tag: string | undefined;
  /** One message in hand, until one has been finished that is no suspect. */
  careful: boolean;
}

/**
 * So many deaths make a message a suspect: it is handled with no other in hand, and its members one by one. Else the
 * deaths that one message causes would be counted against all, and bring the innocent to the delivery limit, too.
 */
export const KILLER = 2;
const NO_HEADERS = {};
/** For one change of a subscription: longer than a queue without a leader needs to elect one. */
const CHANGE_MS = 15_000;

/**
 * Takes messages from one queue, over a channel of its own, until it is told to stop: after a lost connection, a closed
 * channel, a deleted queue it subscribes again.
 */
export class QueueConsumer {
  private subscription: Subscription | undefined;
  private wanted = true;
  private isDeclared = false;
  private isDeclaring = false;
  private inHand = 0;
  private emptied: (() => void)[] = [];
  private changing: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: QueueConsumerOptions) {}

  start(): Promise<void> {
    const { connection } = this.options;
    connection.onLost(() => {
      this.subscription = undefined;
    });
    return connection.onOpen((model) => this.inTurn(() => this.subscribe(model)));
  }

  get isSubscribed(): boolean {
    return this.subscription?.tag !== undefined;
  }

  get queue(): string {
    return this.options.queue;
  }

  /** Something of what belongs to the queue has gone, but not the queue itself. */
  declareAgain(): void {
    if (this.isDeclaring) return;
    this.isDeclaring = true;
    const declared = this.inTurn(async () => {
      // Without a subscription there is no connection: on the next one it is declared.
      this.isDeclared = false;
      if (this.subscription) await this.options.declare(this.subscription.channel);
    });
    void declared.catch(() => undefined).finally(() => (this.isDeclaring = false));
  }

  /** Takes no more; what is in hand is finished. */
  async pause(): Promise<void> {
    this.wanted = false;
    const paused = this.inTurn(async () => {
      const { subscription } = this;
      const tag = subscription?.tag;
      if (!subscription || !tag) return;
      subscription.tag = undefined;
      this.isDeclared = false;
      const { channel } = subscription;
      try {
        await this.options.leave?.(channel);
        await channel.cancel(tag);
      } catch {
        // The channel has closed meanwhile: nothing more is taken anyway.
      }
    });
    // Unanswered: then the connection goes, and the next one takes nothing.
    await paused.catch(() => undefined);
  }

  resume(): Promise<void> {
    this.wanted = true;
    return this.inTurn(async () => {
      const { subscription } = this;
      // Without a subscription there is no connection: it subscribes when there is one.
      if (subscription && !subscription.tag) await this.consume(subscription);
    });
  }

  /** Resolves when nothing is in hand, and the broker knows it. Nothing more is taken then. */
  async drain(): Promise<void> {
    if (this.inHand > 0) await new Promise<void>((resolve) => this.emptied.push(resolve));
    const { subscription } = this;
    this.subscription = undefined;
    subscription?.window.flush();
    // Unlike the goodbye of a connection, that of a channel comes after the acknowledgements.
    await subscription?.channel.close().catch(() => undefined);
  }

  /** One change of the subscription after the other: who pauses while it begins wants it paused afterwards. */
  private inTurn(change: () => Promise<void>): Promise<void> {
    const changed = this.changing.then(() => this.changedInTime(change));
    this.changing = changed.catch(() => undefined);
    return changed;
  }

  /** One that is not answered would keep all later ones waiting: on another connection what is wanted by then is done. */
  private async changedInTime(change: () => Promise<void>): Promise<void> {
    const { subscription } = this;
    try {
      await inTime(change(), CHANGE_MS);
    } catch (error) {
      if (error instanceof Unanswered && subscription) this.options.connection.renew(subscription.model);
      throw error;
    }
  }

  private async subscribe(model: ChannelModel): Promise<void> {
    const { connection } = this.options;
    const channel = await model.createChannel();
    channel.on('error', () => undefined);
    const most = Math.floor(this.options.prefetch / 2);
    const window = new AckWindow((tag, withAllBefore) => acknowledge(channel, tag, withAllBefore), most);
    const subscription: Subscription = { model, channel, window, tag: undefined, careful: false };
    this.subscription = subscription;
    channel.on('close', () => {
      if (this.subscription === subscription) connection.renew(model);
    });
    if (this.wanted) await this.consume(subscription);
  }

  private async consume(subscription: Subscription): Promise<void> {
    const { declare, outlasts, careful } = this.options;
    if (!(outlasts && this.isDeclared)) await declare(subscription.channel);
    // Should it have gone: the next try declares it.
    this.isDeclared = false;
    await this.take(subscription, careful);
    this.isDeclared = true;
  }

  private async take(subscription: Subscription, careful: boolean): Promise<void> {
    const { queue, prefetch } = this.options;
    const { channel } = subscription;
    subscription.careful = careful;
    await channel.prefetch(careful ? 1 : prefetch);
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message) this.deliver(message, subscription);
      else this.cancelled(subscription);
    });
    subscription.tag = consumerTag;
  }

  /** The limit is that of a consumer, and is set when it begins: so another begins, and this one ends. */
  private async widen(subscription: Subscription): Promise<void> {
    const { channel, tag } = subscription;
    if (!tag) return;
    await this.take(subscription, false);
    await channel.cancel(tag);
  }

  /** By the broker: the queue was deleted, or has moved to another node. A new channel declares it again. */
  private cancelled({ channel, window }: Subscription): void {
    this.isDeclared = false;
    window.flush();
    channel.close().catch(() => undefined);
  }

  private deliver({ content, fields, properties }: ConsumeMessage, subscription: Subscription): void {
    const { queue, careful, receive } = this.options;
    const { window } = subscription;
    // Of other queues it could only be what the sender has written.
    const deaths = careful ? Number(properties.headers?.['x-delivery-count'] ?? 0) : 0;
    window.received(fields.deliveryTag);
    this.inHand++;
    let finished = false;
    const finish = (): void => {
      if (finished) return;
      finished = true;
      // Whoever may have one in hand gets no other before this one is acknowledged; and only quorum queues keep a log of it.
      window.done(fields.deliveryTag, subscription.careful || !careful);
      if (subscription.careful && deaths < KILLER) {
        subscription.careful = false;
        // A channel that closes meanwhile: then it begins anew, carefully.
        this.inTurn(() => this.widen(subscription)).catch(() => undefined);
      }
      if (--this.inHand === 0) for (const resolve of this.emptied.splice(0)) resolve();
    };
    crash?.('consumer.received');
    receive({
      content,
      queue,
      source: textOf(properties.appId) ?? 'unknown',
      user: textOf(properties.userId),
      replyTo: textOf(properties.replyTo),
      messageId: textOf(properties.messageId),
      headers: properties.headers ?? NO_HEADERS,
      token: tokenOf(properties.headers?.[IDENTITY_HEADER]),
      deaths,
      isRedelivered: fields.redelivered,
      finish,
    });
  }
}

/** On a channel that has closed meanwhile this is no error: the message comes again, and its effect is known. */
function acknowledge(channel: Channel, tag: number, withAllBefore: boolean): void {
  try {
    crash?.('consumer.before-ack');
    channel.ack({ fields: { deliveryTag: tag } } as ConsumeMessage, withAllBefore);
    crash?.('consumer.acked');
  } catch {
    // The channel is closed.
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value) ? value : null;
}
