import { setTimeout as pause } from 'node:timers/promises';
import { type Channel, type ChannelModel, connect, type GetMessage, type Options } from 'amqplib';
import { newId } from '#contracts';
import { type TestBroker, testBroker } from '#testing';
import { type Member } from '../src/envelope.js';
import { Cable } from './cable.js';
import { TestClient } from './client.js';
import { type ServiceOptions, TestService } from './service.js';

/** What nobody could handle, as it lies in the queue of the dead. */
export interface DeadLetter {
  readonly reason: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly source: string;
  readonly body: string;
}

/** One test's broker, and whoever is connected to it: all of it is gone after the test. */
export class Scene {
  private readonly stops: (() => Promise<unknown>)[] = [];

  /** The test's own hand on the broker. */
  channel: Channel;
  private model: ChannelModel;

  private constructor(readonly broker: TestBroker) {}

  static async open(): Promise<Scene> {
    const scene = new Scene(await testBroker());
    await scene.connect();
    return scene;
  }

  /** Once more after a restart of the broker. */
  async connect(): Promise<void> {
    this.model = await connect(this.broker.url, { noDelay: true });
    this.model.on('error', () => undefined);
    this.channel = await this.model.createChannel();
    this.channel.on('error', () => undefined);
  }

  /** Last come, first served. */
  atEnd(stop: () => Promise<unknown>): void {
    this.stops.unshift(stop);
  }

  async service(options: Partial<ServiceOptions> = {}): Promise<TestService> {
    const service = await TestService.start({ url: this.broker.url, ...options });
    this.atEnd(() => service.stop());
    return service;
  }

  async client(
    url: string | { readonly publish: string; readonly consume: string } = this.broker.url,
    ca?: string,
  ): Promise<TestClient> {
    const client = await TestClient.start(url, ca);
    this.atEnd(() => client.stop());
    return client;
  }

  async cable(): Promise<Cable> {
    const cable = await Cable.to(this.broker.url);
    this.stops.push(() => cable.close());
    return cable;
  }

  /** Into a queue of the service, past everything that a well-behaved sender would see to. */
  put(
    queue: 'commands' | 'events',
    body: string | Buffer | readonly Member[],
    options: Options.Publish = {},
  ): void {
    const content = Buffer.isBuffer(body)
      ? body
      : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    this.channel.sendToQueue(`stock.${queue}`, content, { persistent: true, appId: 'order', ...options });
  }

  /** Messages that wait in the queue. Those in hand are among them as soon as their consumer has gone. */
  async waiting(queue: string): Promise<number> {
    return (await this.channel.checkQueue(queue)).messageCount;
  }

  async deadLetters(count: number): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    await until(`there are ${count} dead letters`, async () => {
      for (let letter = await this.take('stock.dead'); letter; letter = await this.take('stock.dead'))
        letters.push(letterOf(letter));
      return letters.length >= count;
    });
    return letters;
  }

  /** Smaller limits than those of the topology, for all queues that fit. */
  async limit(pattern: string, definition: object): Promise<void> {
    const policy = { pattern, definition, 'apply-to': 'queues' };
    await this.broker.manage('PUT', `/api/policies/${this.broker.vhost}/small`, policy);
  }

  async close(): Promise<void> {
    for (const stop of this.stops) await stop();
    await this.model.close().catch(() => undefined);
    await this.broker.delete();
  }

  private take(queue: string): Promise<GetMessage | false> {
    return this.channel.get(queue, { noAck: true });
  }
}

function letterOf({ content, properties }: GetMessage): DeadLetter {
  const headers = properties.headers ?? {};
  return { reason: String(headers['x-reason']), headers, source: properties.appId, body: content.toString() };
}

export const TRACE = {
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  requestId: 'req_test',
};

/** A member as it is on the wire. */
export function member(change: Partial<Member> = {}): Member {
  return {
    id: `${newId('msg')}.0`,
    type: 'stock.work.v1',
    causationId: 'msg_cause.0',
    ...TRACE,
    attempt: 1,
    data: { text: 'tea' },
    ...change,
  };
}

/** It costs time only when something is broken. */
const DEADLINE_MS = 45_000;
const LOOK_MS = 5;

/** Looks again and again; fails with words when time is up. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = DEADLINE_MS,
): Promise<void> {
  for (const deadline = performance.now() + ms; ; await pause(LOOK_MS)) {
    if (await holds()) return;
    if (performance.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
  }
}
