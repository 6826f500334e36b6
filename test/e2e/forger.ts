import { randomBytes, randomUUID } from 'node:crypto';
import { type ChannelModel, type ConsumeMessage, connect, type Options } from 'amqplib';
import { newId } from '#contracts';
import { EXCHANGES } from '#messaging';

export interface Forgery {
  readonly exchange: string;
  readonly key: string;
  readonly type: string;
  readonly data: object;
  /** Signed by whose credentials they are, unless told. */
  readonly options?: Signing;
}

type Signing = Omit<Options.Publish, 'userId'> & { readonly userId?: string | undefined };

/** Somebody who has got hold of the credentials of a process, and knows our source. */
export class Forger {
  private constructor(
    private readonly model: ChannelModel,
    private readonly user: string,
  ) {}

  static async signedInAs(url: string): Promise<Forger> {
    const model = await connect(url);
    model.on('error', () => undefined);
    return new Forger(model, new URL(url).username);
  }

  /** Resolves to the id of the member when the broker has taken it; rejects when the broker has refused it. */
  async send({ exchange, key, type, data, options = {} }: Forgery): Promise<string> {
    const id = `${newId('msg')}.0`;
    const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
    const envelope = { id, type, causationId: null, requestId: 'req_forged', traceparent, attempt: 1 };
    const body = JSON.stringify([{ ...envelope, deadline: Date.now() + 10_000, data }]);
    await this.publish(exchange, key, body, options);
    return id;
  }

  async publish(exchange: string, key: string, body: string, options: Signing = {}): Promise<void> {
    const channel = await this.model.createConfirmChannel();
    const refused = new Promise<never>((_, reject) => channel.once('error', reject));
    refused.catch(() => undefined);
    const about = { userId: this.user, messageId: randomUUID(), ...options };
    channel.publish(exchange, key, Buffer.from(body), about as Options.Publish);
    await Promise.race([refused, channel.waitForConfirms()]);
    await channel.close();
  }

  /** What its user may bind a queue to, it can overhear: every message with that key. */
  async overhear(exchange: string, key: string, hear: (message: ConsumeMessage) => void): Promise<void> {
    const channel = await this.model.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, exchange, key);
    await channel.consume(queue, (message) => message && hear(message), { noAck: true });
  }

  /** Answers a question of the gateway before its service does. */
  async answer(question: ConsumeMessage, answer: object): Promise<void> {
    const [{ id }] = JSON.parse(question.content.toString());
    const body = JSON.stringify([{ id, ...answer }]);
    await this.publish(EXCHANGES.reply, question.properties.replyTo, body);
  }

  async close(): Promise<void> {
    await this.model.close().catch(() => undefined);
  }
}
