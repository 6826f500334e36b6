import { type Command, type Event, type Rejected, type Rpc, send } from '#contracts';
import {
  Breakers,
  type Bundle,
  bundle,
  Connection,
  declareExchanges,
  type Message,
  Publisher,
  RpcClient,
} from '../src/index.js';
import { Notes } from './notes.js';
import { echo, type Words } from './service.js';

export const CAUSE: Message = {
  type: 'order.placed.v1',
  data: {},
  id: 'msg_cause.0',
  causationId: null,
  source: 'order',
  trace: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', requestId: 'req_test' },
  attempt: 1,
  replyTo: null,
};

/** Who asks, as a gateway does, and who sends, as a service does. */
export class TestClient {
  private constructor(
    readonly rpc: RpcClient,
    readonly publisher: Publisher,
    readonly notes: Notes,
    private readonly connections: readonly Connection[],
  ) {}

  static async start(
    url: string | { readonly publish: string; readonly consume: string },
    ca?: string,
  ): Promise<TestClient> {
    const { publish, consume } = typeof url === 'string' ? { publish: url, consume: url } : url;
    const notes = new Notes();
    const { log, observe } = notes;
    const publishing = new Connection({ url: publish, ca, name: 'test-publish', log, observe });
    const consuming = new Connection({ url: consume, ca, name: 'test-consume', log, observe });
    await Promise.all([publishing.open(5_000), consuming.open(5_000)]);
    const publisher = new Publisher(publishing, { appId: 'order', observe });
    await publisher.start(declareExchanges);
    const rpc = new RpcClient({
      publisher,
      consuming,
      instance: 'test',
      observe,
      breakers: new Breakers({ observe, log }),
    });
    await rpc.start();
    return new TestClient(rpc, publisher, notes, [publishing, consuming]);
  }

  ask(text: string, timeoutMs = 30_000, contract: Rpc<string, Words, Words> = echo): Promise<Words> {
    return this.rpc.call(contract, { text }, { trace: CAUSE.trace, timeoutMs });
  }

  /** All in one message. Resolves to it when the broker has confirmed it. */
  async send(contract: Command<string, Words> | Event<string, Words>, ...texts: string[]): Promise<Bundle> {
    const [message, ...more] = bundle(
      texts.map((text) => ({ message: send(contract, { text }), cause: CAUSE })),
    );
    if (!message || more.length > 0) throw new Error('that is not one message');
    await this.publisher.publish(message);
    return message;
  }

  async stop(): Promise<void> {
    this.rpc.stop();
    this.publisher.stop();
    await Promise.all(this.connections.map((connection) => connection.close()));
  }
}

/** What a refusal says beyond its code. */
export const detailOf = ({ details: { detail } }: Rejected): string =>
  typeof detail === 'string' ? detail : '';

/** The code with which it was refused; fails when it was not. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ readonly code: string; readonly detail: string }> {
  const error = await call.then(
    (value) => Promise.reject(new Error(`it was answered: ${JSON.stringify(value)}`)),
    (reason: unknown) => reason as Rejected,
  );
  if (error.name !== 'Rejected') throw error;
  return { code: error.code, detail: detailOf(error) };
}
