import { type ChannelModel, type ConfirmChannel } from 'amqplib';
import { EXCHANGES } from '#messaging';

interface Member {
  readonly id: string;
  readonly type: string;
  readonly attempt: number;
  readonly data: { readonly orderId?: string };
}

/** Hears every bundle that is sent to the stock service or told to all, and can send members of them again. */
export class Tap {
  /** Ids of AMQP messages, which are those of the outbox, but for bundles that shared one. */
  readonly ids: string[] = [];
  readonly members: Member[] = [];
  private readonly hearers: ((members: readonly Member[]) => void)[] = [];

  private constructor(private readonly channel: ConfirmChannel) {}

  static async open(broker: ChannelModel): Promise<Tap> {
    const channel = await broker.createConfirmChannel();
    const tap = new Tap(channel);
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, EXCHANGES.commands, 'stock');
    await channel.bindQueue(queue, EXCHANGES.events, '#');
    const options = { noAck: true };
    await channel.consume(
      queue,
      (message) => message && tap.hear(message.properties.messageId, message.content),
      options,
    );
    return tap;
  }

  onHeard(hear: (members: readonly Member[]) => void): void {
    this.hearers.push(hear);
  }

  /** To the stock service, in one message. The retry exchange, so that the tap itself hears nothing of it. */
  sendAgain(members: readonly Member[]): void {
    const body = Buffer.from(JSON.stringify(members));
    this.channel.publish(EXCHANGES.retry, 'stock.commands', body, { appId: 'order', persistent: true });
  }

  /** Commands to stock about these orders. */
  commandsOf(orderIds: readonly string[]): Member[] {
    return this.members.filter(
      ({ type, data }) =>
        /^stock\.(?:reserve|commit)\.v1$/.test(type) && orderIds.includes(data.orderId ?? ''),
    );
  }

  /** When the broker has what was sent again. */
  async close(): Promise<void> {
    await this.channel.waitForConfirms();
    await this.channel.close();
  }

  private hear(id: string, content: Buffer): void {
    const members = JSON.parse(content.toString()) as Member[];
    this.ids.push(id);
    this.members.push(...members);
    for (const hear of this.hearers) hear(members);
  }
}
