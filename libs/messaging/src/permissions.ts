import * as contracts from '#contracts';
import { type Contract, type ServiceName } from '#contracts';
import { EVENT_LOG } from './event-log.js';
import { durableQueuesOf, EXCHANGES, queuesOf } from './topology.js';
import { type Role, senderOf } from './users.js';

/** What RabbitMQ tells apart: to make or delete, to put into or bind a queue, to take from or bind an exchange. */
export const VERBS = ['configure', 'write', 'read'] as const;
export type Verb = (typeof VERBS)[number];

/** Names of exchanges and queues by what may be done with them; a name that ends with `*` stands for all that begin so. */
export type Rights = Readonly<Record<Verb, readonly string[]>>;

/** Exclusive queues of one connection, named by the broker. */
export const SERVER_NAMED = 'amq.gen-*';

const TOLD: readonly (contracts.Command | contracts.Event)[] = Object.values<unknown>({
  ...contracts,
}).filter(isTold);

const { rpc, reply, watch, commands, events, log, delay, retry, dead } = EXCHANGES;

/** Nobody may make, or delete, what is everybody's; nobody may write to the default exchange, and so into any queue. */
export function rightsOf(role: Role): Rights {
  if (role === 'reader') return { configure: [], write: [], read: [EVENT_LOG] };
  if (role === 'gateway') {
    return { configure: [SERVER_NAMED], write: [SERVER_NAMED, rpc, watch], read: [SERVER_NAMED, reply] };
  }
  const own = [SERVER_NAMED, ...queuesMadeBy(role)];
  const sent = TOLD.filter((contract) => senderOf(contract) === role).map(exchangeOf);
  const handled = handledBy(role).map(exchangeOf);
  // With a limit of deliveries or of time, a queue is made by somebody who could write where it sends what is over it.
  const around = [delay, retry, dead];
  return {
    configure: own,
    write: unique([...own, reply, log, ...sent, ...around]),
    read: unique([...own, rpc, watch, ...handled, ...around, ...(role === 'order' ? [EVENT_LOG] : [])]),
  };
}

/** Types of events that a service may publish, and those that it may bind its queue to. */
export function eventsOf(role: Role): Record<'write' | 'read', readonly string[]> {
  const told = TOLD.filter(({ kind }) => kind === 'event');
  const heard = role === 'gateway' || role === 'reader' ? [] : handledBy(role);
  return {
    write: told.filter((contract) => senderOf(contract) === role).map(({ name }) => name),
    read: heard.filter(({ kind }) => kind === 'event').map(({ name }) => name),
  };
}

/** Who alone sends commands or events of this type; undefined of a type that nobody sends. */
export function senderOfType(type: string): Role | undefined {
  const contract = TOLD.find(({ name }) => name === type);
  return contract && senderOf(contract);
}

/** As RabbitMQ takes it. */
export function patternOf(names: readonly string[]): string {
  const escaped = names.map((name) => name.replaceAll('.', '\\.').replace(/\*$/, '.*'));
  return escaped.length === 0 ? '^$' : `^(${escaped.join('|')})$`;
}

/** The service's own queues, with all that belongs to them. */
export function queuesMadeBy(service: ServiceName): string[] {
  const kinds = queuesOf(service, handledBy(service));
  return [`${service}.rpc`, ...kinds.flatMap(({ name }) => durableQueuesOf(name)), `${service}.dead`];
}

function handledBy(service: ServiceName): readonly Contract[] {
  return TOLD.filter((contract) =>
    contract.kind === 'event' ? contract.consumers.includes(service) : contract.service === service,
  );
}

const exchangeOf = ({ kind }: Contract): string => (kind === 'command' ? commands : events);

const unique = (names: readonly string[]): string[] => [...new Set(names)];

function isTold(value: unknown): value is contracts.Command | contracts.Event {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return value.kind === 'command' || value.kind === 'event';
}
