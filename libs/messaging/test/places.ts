import { type Channel } from 'amqplib';
import { type ServiceName } from '#contracts';
import { EVENT_LOG, EXCHANGES, type Role, SERVER_NAMED, type Verb } from '../src/index.js';

/** To RabbitMQ the exchange without a name has this one. */
export const DEFAULT_EXCHANGE = 'amq.default';

/** Somewhere on the broker, and for each right something that needs it. */
export interface Place {
  readonly name: string;
  /** Whose queue it is. */
  readonly of?: ServiceName | undefined;
  readonly deeds: Readonly<Record<Verb, (channel: Channel, role: Role) => unknown>>;
}

/** What a role may publish, and bind, to the exchange of events, if it may do so at all. */
const TYPES: Readonly<Record<Role, string>> = {
  gateway: 'order.confirmed.v1',
  order: 'order.confirmed.v1',
  payment: 'payment.captured.v1',
  stock: 'stock.reserved.v1',
  reader: 'order.confirmed.v1',
};
const BOUND = 'stock.reserved.v1';

export function exchangePlace(exchange: string): Place {
  const name = exchange === DEFAULT_EXCHANGE ? '' : exchange;
  const type = name === EXCHANGES.events ? 'topic' : 'direct';
  return {
    name: exchange,
    deeds: {
      configure: (channel) => channel.assertExchange(name, type, { durable: true, autoDelete: false }),
      write: (channel, role) => channel.publish(name, TYPES[role], Buffer.from('[]')),
      read: async (channel) => {
        const { queue } = await channel.assertQueue('', { exclusive: true });
        await channel.bindQueue(queue, name, BOUND);
      },
    },
  };
}

/** An exchange that the role may bind to: then only the right to the queue is in question. */
const READABLE: Readonly<Record<Role, string>> = {
  gateway: EXCHANGES.reply,
  order: EXCHANGES.watch,
  payment: EXCHANGES.watch,
  stock: EXCHANGES.watch,
  reader: EXCHANGES.watch,
};

export function queuePlace(
  name: string,
  options: { readonly arguments: object; readonly auto_delete: boolean },
  of: ServiceName | undefined,
): Place {
  const made = { durable: true, autoDelete: options.auto_delete, arguments: options.arguments };
  return {
    name,
    of,
    deeds: {
      configure: (channel) => channel.assertQueue(name, made),
      write: (channel, role) => channel.bindQueue(name, READABLE[role], 'nowhere'),
      read: (channel) => (name === EVENT_LOG ? consumeStream(channel) : channel.get(name)),
    },
  };
}

export function serverNamedPlace(): Place {
  const made = async (channel: Channel) => (await channel.assertQueue('', { exclusive: true })).queue;
  return {
    name: SERVER_NAMED,
    deeds: {
      configure: made,
      write: async (channel, role) => channel.bindQueue(await made(channel), READABLE[role], 'nowhere'),
      read: async (channel) => channel.consume(await made(channel), () => undefined),
    },
  };
}

/** A stream knows no other way to be read. */
async function consumeStream(channel: Channel): Promise<void> {
  await channel.prefetch(1);
  await channel.consume(EVENT_LOG, () => undefined, { arguments: { 'x-stream-offset': 'next' } });
}
