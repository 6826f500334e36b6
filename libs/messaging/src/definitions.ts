import { createHash } from 'node:crypto';
import { EVENT_LOG, type EventLogLimits, eventLogArguments } from './event-log.js';
import { eventsOf, patternOf, rightsOf } from './permissions.js';
import { EXCHANGE_TYPES, EXCHANGES, type ExchangeKey } from './topology.js';
import { ROLES, type Role, userOf } from './users.js';

export interface DefinitionsOptions {
  readonly vhost: string;
  /** See `passwordHash`. */
  readonly passwordHashes: Readonly<Record<Role, string>>;
  readonly eventLog: EventLogLimits;
  /** May do everything, on the whole broker: a broker that is made from definitions has nobody else who may. */
  readonly administrator?: { readonly name: string; readonly passwordHash: string };
}

/**
 * What the users of one vhost share and none of them may make, and who they are: as `rabbitmqctl import_definitions`,
 * `load_definitions` and the management API take it. Queues are made by the services that read them.
 */
export function brokerDefinitions(options: DefinitionsOptions): object {
  const { vhost, passwordHashes, eventLog, administrator } = options;
  const roles = ROLES.map((role) => ({ user: userOf(vhost, role), vhost, role }));
  const everything = { configure: '.*', write: '.*', read: '.*' };
  return {
    vhosts: [{ name: vhost }],
    users: [
      ...(administrator ? [account(administrator.name, administrator.passwordHash, 'administrator')] : []),
      ...roles.map(({ user, role }) => account(user, passwordHashes[role])),
    ],
    permissions: [
      ...(administrator ? [{ user: administrator.name, vhost, ...everything }] : []),
      ...roles.map(({ user, role }) => {
        const { configure, write, read } = rightsOf(role);
        const patterns = { configure: patternOf(configure), write: patternOf(write), read: patternOf(read) };
        return { user, vhost, ...patterns };
      }),
    ],
    topic_permissions: roles.map(({ user, role }) => {
      const { write, read } = eventsOf(role);
      return { user, vhost, exchange: EXCHANGES.events, write: patternOf(write), read: patternOf(read) };
    }),
    exchanges: Object.entries(EXCHANGE_TYPES).map(([key, type]) => ({
      name: EXCHANGES[key as ExchangeKey],
      vhost,
      type,
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: {},
    })),
    queues: [
      { name: EVENT_LOG, vhost, durable: true, auto_delete: false, arguments: eventLogArguments(eventLog) },
    ],
    bindings: [
      {
        source: EXCHANGES.log,
        vhost,
        destination: EVENT_LOG,
        destination_type: 'queue',
        routing_key: EVENT_LOG,
        arguments: {},
      },
    ],
  };
}

function account(name: string, hash: string, ...tags: readonly string[]): object {
  return { name, password_hash: hash, hashing_algorithm: 'rabbit_password_hashing_sha256', tags };
}

/** As RabbitMQ keeps it: four bytes of salt, here of the name, and what they and the password come to. */
export function passwordHash(user: string, password: string): string {
  const salt = createHash('sha256').update(user).digest().subarray(0, 4);
  const digest = createHash('sha256').update(salt).update(password).digest();
  return Buffer.concat([salt, digest]).toString('base64');
}
