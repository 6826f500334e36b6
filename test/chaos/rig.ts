import { randomBytes } from 'node:crypto';
import { type ServiceName } from '#contracts';
import { ownDatabase, type ProcessName, Stack, type TestBroker, testBroker } from '#testing';
import { ApiDocument } from '../e2e/api-document.js';
import { Books, SERVICES } from '../e2e/books.js';
import { Client } from '../e2e/client.js';
import { Oracle } from '../e2e/oracle.js';
import { Line } from '../e2e/webhooks/line.js';
import { Lines } from './lines.js';

/** Short, so that whatever ends by itself does so while we look. */
const TIMES = {
  HOLD_SECONDS: '8',
  HOLD_GRACE_SECONDS: '1',
  EXPIRY_INTERVAL_MS: '250',
  DEADLINE_INTERVAL_MS: '250',
  SAGA_TIMEOUT_SECONDS: '15',
  RECONCILE_INTERVAL_MS: '250',
  PROVIDER_TIMEOUT_MS: '1000',
  TEST_CLOCK: 'true',
  START_TIMEOUT_SECONDS: '170',
};
const ACTION_SECONDS = 6;

/** The whole system on a vhost and databases of its own, every line of it through a proxy; and what looks at it from outside. */
export class Rig {
  private readonly closers: (() => Promise<unknown>)[] = [];
  readonly lines = new Lines();
  webhooks: Line;
  oracle: Oracle;
  broker: TestBroker;
  books: Books;
  stack: Stack;
  client: Client;

  private constructor() {}

  static async open(): Promise<Rig> {
    const rig = new Rig();
    try {
      await rig.start();
      return rig;
    } catch (error) {
      await rig.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close().catch(() => undefined);
  }

  /** The sum of a counter over all processes that answer. */
  async counted(metric: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const counts = await Promise.all(
      this.stack.processes.map((service) => service.metric(metric, labels).catch(() => 0)),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  private async start(): Promise<void> {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    this.webhooks = this.closing(await Line.open());
    this.oracle = this.closing(
      await Oracle.open({
        SANDBOX_WEBHOOK_URL: this.webhooks.url,
        SANDBOX_WEBHOOK_SECRET: secret,
        SANDBOX_ACTION_SECONDS: String(ACTION_SECONDS),
      }),
    );
    this.broker = await testBroker();
    this.closers.push(() => this.broker.delete());
    const urls = await this.databases();
    this.books = this.closing(new Books(urls));
    this.closing(this.lines);
    await this.lines.lay({ broker: this.broker.url, databases: urls, provider: this.oracle.sandbox.url });
    const env = { ...TIMES, SANDBOX_WEBHOOK_SECRETS: secret, PAYMENT_PROVIDER_URL: this.lines.provider };
    this.stack = await Stack.start({
      brokerUrl: this.broker.url,
      databaseUrls: this.lines.databases,
      env,
      envOf: (name: ProcessName) => ({ RABBITMQ_URL: this.lines.broker(name) }),
    });
    this.closers.push(() => this.stack.stop());
    this.webhooks.connect(this.stack.url);
    const { url, apiKey } = this.stack;
    this.client = new Client({ url, apiKey, document: await ApiDocument.of(url) });
  }

  private async databases(): Promise<Record<ServiceName, string>> {
    const made = await Promise.all(SERVICES.map((service) => ownDatabase(service)));
    for (const { drop } of made) this.closers.push(drop);
    const [order = '', payment = '', stock = ''] = made.map(({ url }) => url);
    return { order, payment, stock };
  }

  private closing<T extends { close: () => Promise<unknown> }>(one: T): T {
    this.closers.push(() => one.close());
    return one;
  }
}
