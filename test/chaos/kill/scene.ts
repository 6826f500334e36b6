import { type ChannelModel, connect } from 'amqplib';
import { EXCHANGES } from '#messaging';
import { type StackOptions } from '#testing';
import { type Client } from '../../e2e/client.js';
import { expectNoDeadLetters } from '../../e2e/nothing-lost.js';
import { Oracle } from '../../e2e/oracle.js';
import { Shop } from '../../e2e/shop.js';
import { Line } from '../../e2e/webhooks/line.js';
import { newSecret } from '../../e2e/webhooks/signed.js';
import { ForgedLetters } from './forged-letters.js';

/** Short times, so that what a death leaves is found soon; a process with CRASH_AT can be told where to die. */
const ENV = {
  CRASH_AT: 'wait',
  TEST_CLOCK: 'true',
  RPC_TIMEOUT_MS: '1500',
  PROVIDER_TIMEOUT_MS: '1000',
  RECONCILE_INTERVAL_MS: '200',
  DEADLINE_INTERVAL_MS: '200',
  EXPIRY_INTERVAL_MS: '200',
};

export const PLENTY = 'PLENTY';
export const SCARCE = 'SCARCE';

/** A whole shop with a provider that keeps books of its own and tells what happens there, and a hand in the broker. */
export class Scene {
  readonly client: Client;
  readonly forged: ForgedLetters;

  private constructor(
    readonly shop: Shop,
    readonly broker: ChannelModel,
    private readonly provider: { readonly oracle: Oracle; readonly line: Line },
  ) {
    this.client = shop.client();
    this.forged = new ForgedLetters(broker, shop.books, this.client);
  }

  static async open(replicas: StackOptions['replicas'] = {}): Promise<Scene> {
    const line = await Line.open();
    const secret = newSecret();
    const oracle = await Oracle.open({ SANDBOX_WEBHOOK_URL: line.url, SANDBOX_WEBHOOK_SECRET: secret });
    try {
      const env = { ...ENV, ...oracle.env, SANDBOX_WEBHOOK_SECRETS: secret };
      const shop = await Shop.open({ replicas, env });
      line.connect(shop.stack.url);
      const scene = new Scene(shop, await connect(shop.broker.url), { oracle, line });
      await scene.client.stocked(PLENTY, 1_000_000);
      await scene.client.stocked(SCARCE, 1);
      return scene;
    } catch (error) {
      await oracle.close();
      await line.close();
      throw error;
    }
  }

  /** Everything has ended, all books agree, ours and those of the provider, and nothing is dead. */
  async expectHealed(): Promise<void> {
    await this.forged.sendBack();
    await this.shop.expectSound();
    await expectNoDeadLetters(this.shop);
    await this.provider.oracle.expectSameBooks(this.shop);
  }

  /** As long as `work` lasts, nothing that is sent to the stock service arrives. */
  async withoutWayToStock(work: () => Promise<void>): Promise<void> {
    const channel = await this.broker.createChannel();
    const binding = ['stock.commands', EXCHANGES.commands, 'stock'] as const;
    await channel.unbindQueue(...binding);
    try {
      await work();
    } finally {
      await channel.bindQueue(...binding);
      await channel.close();
    }
  }

  async close(): Promise<void> {
    await this.broker.close();
    await this.shop.close();
    await this.provider.oracle.close();
    await this.provider.line.close();
  }
}
