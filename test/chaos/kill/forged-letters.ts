import { type ChannelModel } from 'amqplib';
import { newId } from '#contracts';
import { EXCHANGES } from '#messaging';
import { type Books } from '../../e2e/books.js';
import { type Client } from '../../e2e/client.js';
import { persist, until } from './persist.js';

/** What the order service cannot handle as long as its order is unpaid, and keeps as a dead letter until it is sent back. */
export class ForgedLetters {
  private readonly members: string[] = [];

  constructor(
    private readonly broker: ChannelModel,
    private readonly books: Books,
    private readonly client: Client,
  ) {}

  /** The order service is told what cannot be: that stock refuses the commit of an order that nobody has paid. */
  async tell(orderId: string): Promise<void> {
    const type = 'stock.commit_refused.v1';
    const about = {
      causationId: null,
      requestId: 'req_forged',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    };
    const member = { id: `${newId('msg')}.0`, type, ...about, attempt: 1, data: { orderId } };
    this.members.push(member.id);
    const channel = await this.broker.createConfirmChannel();
    const options = { appId: 'stock', messageId: newId('msg') };
    channel.publish(EXCHANGES.events, type, Buffer.from(JSON.stringify([member])), options);
    await channel.waitForConfirms();
    await channel.close();
    await until('the dead letter is kept', async () => (await this.causes()).length > 0);
  }

  /**
   * All of them, until none is left: who dies with one in hand gets it again, and may make a second letter of it when
   * the first is already on its way back.
   */
  async sendBack(): Promise<void> {
    await until('no forged letter is dead', async () => {
      const causes = await this.causes();
      for (const cause of causes) await this.redrive(cause);
      return causes.length === 0;
    });
  }

  /** Of those that are dead; nobody else's letter is to be sent back with them. */
  private async causes(): Promise<string[]> {
    const sql = `select distinct cause from dead_letters where status = 'dead' and member_id = any($1)`;
    const rows = await this.books.rows<{ cause: string }>('order', sql, [this.members]);
    return rows.map(({ cause }) => cause);
  }

  /** One that is under way, perhaps by a request whose answer was lost, is as good. */
  private async redrive(cause: string): Promise<void> {
    const request = { canary: false, perSecond: 100, cause };
    const path = '/ops/failures/order/redrives';
    const { status, text } = await persist(() => this.client.send('POST', path, request));
    if (status !== 202 && status !== 409) throw new Error(`a redrive was answered with ${status}: ${text}`);
  }
}
