import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'amqplib';
import { type Rig } from '../rig.js';
import { during, growth, type Happening } from './happening.js';

const PATIENCE_MS = 20_000;
const POLL_MS = 200;
/** Longer than whoever has taken the last message needs to acknowledge it. */
const IN_HAND_MS = 1_000;

interface Binding {
  readonly source: string;
  readonly routing_key: string;
  readonly properties_key: string;
}

export const queueFaults = {
  queue_unbound: (rig, { target, forMs }) =>
    growth(failures(rig, 'returned'), async () => {
      const bindings = await unbind(rig, target);
      await during(forMs, () => bind(rig, target, bindings));
    }),

  /**
   * A queue that goes takes its messages along, and nobody can promise anything about those. So nothing is in it when it
   * goes; what is sent meanwhile is returned, and whoever read from it has to make it again.
   */
  async queue_deleted(rig, { target }) {
    const isTransient = target.endsWith('.rpc');
    const bindings = isTransient ? [] : await unbind(rig, target);
    const isEmpty = isTransient || (await until(async () => (await stateOf(rig, target))?.messages === 0));
    if (!isEmpty) {
      await bind(rig, target, bindings);
      return 0;
    }
    if (!isTransient) await pause(IN_HAND_MS);
    await remove(rig, target);
    if (await until(async () => ((await stateOf(rig, target))?.consumers ?? 0) > 0)) return 1;
    throw new Error(`nobody reads from ${target} again ${PATIENCE_MS} ms after it was deleted`);
  },
} satisfies Record<string, Happening>;

/** One that went with its connection just now is gone already. */
async function remove({ broker }: Rig, queue: string): Promise<void> {
  const removing = broker.manage('DELETE', `/api/queues/${broker.vhost}/${queue}`);
  await removing.catch((error: Error) => {
    if (!error.message.includes('HTTP 404')) throw error;
  });
}

const failures = (rig: Rig, failure: string) => () =>
  rig.counted('waybill_publish_failures_total', { failure });

const bindingsOf = (rig: Rig, source: string, queue: string): string =>
  `/api/bindings/${rig.broker.vhost}/e/${source}/q/${queue}`;

async function unbind(rig: Rig, queue: string): Promise<Binding[]> {
  const all = await rig.broker.manage<Binding[]>('GET', `/api/queues/${rig.broker.vhost}/${queue}/bindings`);
  const bindings = all.filter(({ source }) => source !== '');
  for (const { source, properties_key: key } of bindings) {
    await rig.broker.manage('DELETE', `${bindingsOf(rig, source, queue)}/${encodeURIComponent(key)}`);
  }
  return bindings;
}

async function bind(rig: Rig, queue: string, bindings: readonly Binding[]): Promise<void> {
  for (const { source, routing_key } of bindings) {
    await rig.broker.manage('POST', bindingsOf(rig, source, queue), { routing_key, arguments: {} });
  }
}

/** As the broker itself knows it: what its management says is seconds old. Undefined: it is not there. */
async function stateOf(
  { broker }: Rig,
  queue: string,
): Promise<{ readonly messages: number; readonly consumers: number } | undefined> {
  const model = await connect(broker.url);
  model.on('error', () => undefined);
  try {
    const channel = await model.createChannel();
    channel.on('error', () => undefined);
    const { messageCount, consumerCount } = await channel.checkQueue(queue);
    return { messages: messageCount, consumers: consumerCount };
  } catch {
    return undefined;
  } finally {
    await model.close().catch(() => undefined);
  }
}

async function until(holds: () => Promise<boolean>): Promise<boolean> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await pause(POLL_MS)) {
    if (await holds()) return true;
  }
  return false;
}
