import { type Channel, type ChannelModel } from 'amqplib';
import { type Contract, type ServiceName } from '#contracts';

/** The exchanges: what each of them is for. Every argument of the topology is explicit, and only here. */
export const EXCHANGES = {
  /** Questions of the gateway, by service. */
  rpc: 'waybill.rpc',
  /** Answers and notices, by gateway instance. Named, so that no service may write to the default exchange. */
  reply: 'waybill.reply',
  /** Who wants to hear of what at once, to every replica of a service, by service. */
  watch: 'waybill.watch',
  /** Orders to one service, by service. */
  commands: 'waybill.commands',
  /** Facts for everybody, by type. */
  events: 'waybill.events',
  /** Into the event log. */
  log: 'waybill.log',
  /** Into a retry tier, by its queue. */
  delay: 'waybill.delay',
  /** Out of a retry tier, back to its queue. */
  retry: 'waybill.retry',
  /** What nobody could handle, by service. */
  dead: 'waybill.dead',
} as const;

export type ExchangeKey = keyof typeof EXCHANGES;

export const EXCHANGE_TYPES: Readonly<Record<ExchangeKey, 'direct' | 'topic'>> = {
  rpc: 'direct',
  reply: 'direct',
  watch: 'direct',
  commands: 'direct',
  events: 'topic',
  log: 'direct',
  delay: 'direct',
  retry: 'direct',
  dead: 'direct',
};

const EXCHANGE_KEYS = Object.keys(EXCHANGES) as readonly ExchangeKey[];

/** Where a member goes that has failed so often; the last tier again and again until its tries are used up. */
export const TIERS = [
  { name: '1s', ms: 1_000 },
  { name: '5s', ms: 5_000 },
  { name: '30s', ms: 30_000 },
  { name: '2m', ms: 120_000 },
  { name: '10m', ms: 600_000 },
] as const;

/** Bundles. Full queues refuse what comes next (`reject-publish`), they never drop what they have. */
const MAX_LENGTH = { rpc: 10_000, durable: 1_000_000, dead: 1_000_000 };

/** So long the questions of a service that is not there wait for it, at most. */
const UNREAD_MS = 5_000;
/** In a cluster: longer than everybody needs to come back when a node is lost, for it should not be deleted meanwhile. */
const UNREAD_IN_CLUSTER_MS = 60_000;

export type QueueKind = 'rpc' | 'commands' | 'events';

export interface ServiceQueue {
  readonly name: string;
  readonly kind: QueueKind;
}

const KIND_OF = { rpc: 'rpc', command: 'commands', event: 'events' } as const;

/** The queues that a service needs for what it handles. Refuses, by name, what is another service's. */
export function queuesOf(service: ServiceName, handled: readonly Contract[]): ServiceQueue[] {
  for (const contract of handled) {
    const allowed =
      contract.kind === 'event' ? contract.consumers.includes(service) : contract.service === service;
    if (!allowed) {
      const owner = contract.kind === 'event' ? contract.consumers.join(', ') || 'nobody' : contract.service;
      throw new Error(`${service} must not handle ${contract.name}: it is for ${owner}. See libs/contracts.`);
    }
  }
  const kinds = new Set(handled.map(({ kind }) => KIND_OF[kind]));
  return [...kinds].sort().map((kind) => ({ kind, name: `${service}.${kind}` }));
}

/** Looked for before they are made: the user of a service may not make, and not delete, what is everybody's. */
export async function declareExchanges(model: ChannelModel, keys = EXCHANGE_KEYS): Promise<void> {
  let channel = await quietChannel(model);
  for (const key of keys) {
    try {
      await channel.checkExchange(EXCHANGES[key]);
    } catch (error) {
      if (!isMissing(error)) throw error;
      // The broker has closed the one that asked.
      channel = await quietChannel(model);
      await channel.assertExchange(EXCHANGES[key], EXCHANGE_TYPES[key], { durable: true, autoDelete: false });
    }
  }
  await channel.close();
}

async function quietChannel(model: ChannelModel): Promise<Channel> {
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  return channel;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 404;
}

/** A queue as one of the replicas that read it knows it. */
export interface SharedQueue extends ServiceQueue {
  readonly replica: string;
  /** The broker is a cluster: what it has must outlast one of its nodes. */
  readonly isInCluster: boolean;
}

/** One of the queues of `queuesOf`, and all that belongs to it. */
export async function declareQueue(
  channel: Channel,
  service: ServiceName,
  queue: SharedQueue,
  handled: readonly Contract[],
): Promise<void> {
  const { name, kind } = queue;
  if (kind === 'rpc') await declareRpcQueue(channel, service, queue);
  else await declareDurableQueue(channel, service, name);
  if (kind === 'commands') await channel.bindQueue(name, EXCHANGES.commands, service);
  for (const contract of handled) {
    if (kind === 'events' && contract.kind === 'event')
      await channel.bindQueue(name, EXCHANGES.events, contract.name);
  }
  await declareDeadQueue(channel, service);
}

/**
 * Goes when its last consumer goes: then a question is returned at once, instead of waiting for a service that is down
 * and being carried out after its caller has given up. Questions are transient; clients repeat them with their key.
 *
 * In a cluster it must not live on one node: a classic queue can be used by nobody and made by nobody as long as its node is
 * away, and nobody would be asked anything until then. A quorum queue does not go with its last consumer, but soon after.
 */
async function declareRpcQueue(
  channel: Channel,
  service: ServiceName,
  { name, replica, isInCluster }: SharedQueue,
): Promise<void> {
  if (isInCluster) {
    await assertQuorumQueue(channel, name, {
      'x-max-length': MAX_LENGTH.rpc,
      'x-expires': UNREAD_IN_CLUSTER_MS,
      'x-delivery-limit': 20,
    });
  } else {
    await channel.assertQueue(name, {
      durable: true,
      autoDelete: true,
      exclusive: false,
      arguments: {
        'x-queue-type': 'classic',
        'x-max-length': MAX_LENGTH.rpc,
        'x-overflow': 'reject-publish',
        // After a restart of the broker it is there again without ever having had a consumer that could go.
        'x-expires': UNREAD_MS,
      },
    });
  }
  await channel.bindQueue(name, EXCHANGES.rpc, service, { replica });
}

/**
 * Before a replica stops reading. Each has a binding of its own, so that with the last one no more questions come in,
 * but are returned: in a queue that goes with its last reader they would be lost without a word.
 */
export async function leaveQueue(
  channel: Channel,
  service: ServiceName,
  { name, kind, replica }: SharedQueue,
): Promise<void> {
  if (kind === 'rpc') await channel.unbindQueue(name, EXCHANGES.rpc, service, { replica });
}

/** The queue and its tiers, by name. */
export function durableQueuesOf(name: string): string[] {
  return [name, ...TIERS.map((tier) => `${name}.retry.${tier.name}`)];
}

async function declareDurableQueue(channel: Channel, service: ServiceName, name: string): Promise<void> {
  await assertQuorumQueue(channel, name, {
    'x-max-length': MAX_LENGTH.durable,
    // What has killed that many processes is set aside. Without the exchange the broker would drop it.
    'x-delivery-limit': 20,
    'x-dead-letter-exchange': EXCHANGES.dead,
    'x-dead-letter-routing-key': service,
    'x-dead-letter-strategy': 'at-least-once',
  });
  await channel.bindQueue(name, EXCHANGES.retry, name);
  for (const { name: tier, ms } of TIERS) {
    const delayed = `${name}.retry.${tier}`;
    await assertQuorumQueue(channel, delayed, {
      'x-max-length': MAX_LENGTH.durable,
      'x-message-ttl': ms,
      'x-dead-letter-exchange': EXCHANGES.retry,
      'x-dead-letter-routing-key': name,
      'x-dead-letter-strategy': 'at-least-once',
    });
    await channel.bindQueue(delayed, EXCHANGES.delay, delayed);
  }
}

/** What nobody could handle waits here until it has been moved to a table. */
export async function declareDeadQueue(channel: Channel, service: ServiceName): Promise<void> {
  const name = `${service}.dead`;
  await assertQuorumQueue(channel, name, { 'x-max-length': MAX_LENGTH.dead });
  await channel.bindQueue(name, EXCHANGES.dead, service);
}

async function assertQuorumQueue(
  channel: Channel,
  name: string,
  extra: Record<string, string | number>,
): Promise<void> {
  await channel.assertQueue(name, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-overflow': 'reject-publish', ...extra },
  });
}
