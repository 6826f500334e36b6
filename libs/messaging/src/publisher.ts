import { type Message as AmqpMessage, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { type Connection } from './connection.js';
import { type Bundle } from './delivery.js';
import { type Observe } from './observe.js';

/**
 * `unsent`: it did not reach the broker. `returned`: no queue wants it. `refused`: its queue is full. `unknown`: it was
 * sent, but whether it arrived nobody can tell.
 */
export type PublishFailure = 'unsent' | 'returned' | 'refused' | 'unknown';

export class PublishError extends Error {
  override readonly name = 'PublishError';

  constructor(
    readonly failure: PublishFailure,
    detail: string,
  ) {
    super(`${failure}: ${detail}`);
  }
}

export type Publishing = Pick<Bundle, 'id' | 'exchange' | 'routingKey' | 'type' | 'mandatory'> & {
  readonly body: string | Buffer;
};

export interface PublishOptions {
  /** Who sent it first, of a message that is passed on. */
  readonly appId?: string;
  readonly replyTo?: string;
  /** Ms in the queue; then it is dropped. Transient, unlike all else. */
  readonly expiresMs?: number;
  readonly headers?: Readonly<Record<string, string | number>>;
}

interface Pending {
  readonly publishing: Publishing;
  readonly channel: ConfirmChannel;
  readonly sentAt: number;
  readonly settle: (error?: PublishError) => void;
  returned?: string;
}

const CONFIRM_MS = 5_000;
const CHECK_MS = 250;
/** Between two channels that were made because of a refusal. */
const RENEWAL_MS = 500;
/** Unconfirmed messages; more means that the broker does not keep up, and that somebody has to be told. */
const MAX_PENDING = 20_000;

/** Publishes with confirm: a promise that resolves means that the broker has it, and that a queue has it if one must. */
export class Publisher {
  private readonly pending = new Map<string, Pending>();
  private readonly timer: NodeJS.Timeout;
  private channel: ConfirmChannel | undefined;
  private model: ChannelModel | undefined;
  private replacedAt = -RENEWAL_MS;

  constructor(
    private readonly connection: Connection,
    private readonly options: { readonly appId: string; readonly observe: Observe },
  ) {
    this.timer = setInterval(() => this.expire(), CHECK_MS);
    this.timer.unref();
  }

  /** Also declares what is published to. */
  async start(declare: (model: ChannelModel) => Promise<void>): Promise<void> {
    await this.connection.onOpen(async (model) => {
      await declare(model);
      await this.open(model);
    });
  }

  get isReady(): boolean {
    return this.channel !== undefined && this.connection.blocked === undefined;
  }

  publish(publishing: Publishing, options: PublishOptions = {}): Promise<void> {
    const { channel, connection, pending } = this;
    if (!channel) return this.unsent('no connection to the broker');
    // What is written now would be sent some day, when nobody expects it any more.
    if (connection.blocked) return this.unsent(`the broker is blocked: ${connection.blocked}`);
    // Else two would wait for one confirm.
    if (pending.has(publishing.id)) return this.unsent(`${publishing.id} is being published already`);
    if (pending.size >= MAX_PENDING) return this.unsent(`${MAX_PENDING} messages wait for their confirm`);
    return new Promise((resolve, reject) => {
      const settle = (error?: PublishError): void => {
        // The confirm of an earlier publish of the same message, given up meanwhile, may come late: it is not this one's.
        if (pending.get(publishing.id) !== waiting) return;
        pending.delete(publishing.id);
        if (!error) {
          resolve();
          return;
        }
        this.options.observe('waybill_publish_failures_total', { failure: error.failure });
        reject(error);
      };
      const waiting: Pending = { publishing, channel, sentAt: performance.now(), settle };
      pending.set(publishing.id, waiting);
      try {
        this.send(waiting, options);
      } catch (error) {
        settle(new PublishError('unsent', (error as Error).message));
      }
    });
  }

  /** Resolves when no confirm is awaited any more: each has a deadline. */
  async flush(): Promise<void> {
    while (this.pending.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async open(model: ChannelModel): Promise<void> {
    const channel = await model.createConfirmChannel();
    channel.on('error', () => undefined);
    channel.on('return', (message: AmqpMessage) => this.returned(message));
    // Before amqplib's own listener, which tells of everything unconfirmed as if the broker had refused it.
    channel.prependListener('close', () => {
      const isRetired = this.channel !== channel;
      this.closed(channel);
      if (!isRetired) this.connection.renew(model);
    });
    this.channel = channel;
    this.model = model;
  }

  private send(waiting: Pending, options: PublishOptions): void {
    const { id, exchange, routingKey, type, mandatory, body } = waiting.publishing;
    const { appId = this.options.appId, replyTo, expiresMs, headers } = options;
    const properties = {
      messageId: id,
      type,
      appId,
      // Refused by the broker when it is not who we signed in as: receivers can rely on it.
      userId: this.connection.user,
      mandatory,
      persistent: expiresMs === undefined,
      timestamp: Math.floor(Date.now() / 1_000),
      contentType: 'application/json',
      ...(replyTo !== undefined && { replyTo }),
      ...(expiresMs !== undefined && { expiration: String(expiresMs) }),
      ...(headers && { headers }),
    };
    waiting.channel.publish(
      exchange,
      routingKey,
      typeof body === 'string' ? Buffer.from(body) : body,
      properties,
      (error: unknown) => {
        if (waiting.returned) waiting.settle(new PublishError('returned', waiting.returned));
        else if (error) this.refused(waiting);
        else waiting.settle();
      },
    );
  }

  /** The return comes before the confirm, which settles it. */
  private returned({ fields, properties }: AmqpMessage): void {
    const waiting = this.pending.get(String(properties.messageId));
    if (waiting) waiting.returned = `no queue for ${fields.exchange} → ${fields.routingKey}`;
  }

  private refused({ publishing: { exchange, routingKey }, channel, settle }: Pending): void {
    settle(new PublishError('refused', `${exchange} → ${routingKey}`));
    if (this.channel === channel) this.replace(channel);
  }

  /**
   * By a full queue; or by what the channel knows of a queue: one that first published to it when its leader had just gone
   * with its node refuses, with RabbitMQ 3.10, until that node is back. One that is opened later knows the new leader.
   */
  private replace(channel: ConfirmChannel): void {
    const now = performance.now();
    if (!this.model || this.replacedAt > now - RENEWAL_MS) return;
    this.replacedAt = now;
    // A connection that is lost meanwhile brings a channel of its own.
    this.open(this.model).then(
      () => this.retire(channel),
      () => undefined,
    );
  }

  /** When nothing on it waits for its confirm any more. */
  private retire(channel: ConfirmChannel): void {
    const timer = setTimeout(() => void channel.close().catch(() => undefined), CONFIRM_MS + CHECK_MS);
    timer.unref();
  }

  private closed(channel: ConfirmChannel): void {
    if (this.channel === channel) this.channel = undefined;
    for (const waiting of this.pending.values())
      if (waiting.channel === channel) waiting.settle(new PublishError('unknown', 'the channel was closed'));
  }

  /** Oldest first: all have the same time. */
  private expire(): void {
    const before = performance.now() - CONFIRM_MS;
    for (const { sentAt, settle } of this.pending.values()) {
      if (sentAt > before) return;
      settle(new PublishError('unknown', `no confirm within ${CONFIRM_MS} ms`));
    }
  }

  private unsent(detail: string): Promise<never> {
    this.options.observe('waybill_publish_failures_total', { failure: 'unsent' });
    return Promise.reject(new PublishError('unsent', detail));
  }
}
