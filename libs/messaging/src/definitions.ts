import { createHash } from 'node:crypto';
import { EVENT_LOG, type EventLogLimits, eventLogArguments } from './event-log.js';
import { eventsOf, patternOf, rightsOf } from './permissions.js';
import { EXCHANGE_TYPES, EXCHANGES, type ExchangeKey } from './topology.js';
import { ROLES, type Role, userOf } from './users.js';

export interface Account {
  readonly name: string;
  readonly password: string;
}

export interface DefinitionsOptions {
  readonly vhost: string;
  readonly passwords: Readonly<Record<Role, string>>;
  readonly eventLog: EventLogLimits;
  /** May do everything, on the whole broker. A broker that is made from definitions has nobody else who may. */
  readonly administrator?: Account;
}

/**
 * What the users of one vhost share and none of them may make, and who they are: as `rabbitmqctl import_definitions`,
 * `load_definitions` and the management API take it. Queues are made by the services that read them.
 */
export function brokerDefinitions({ vhost, passwords, eventLog, administrator }: DefinitionsOptions): object {
  const roles = ROLES.map((role) => ({ user: userOf(vhost, role), vhost, role }));
  const everything = { configure: '.*', write: '.*', read: '.*' };
  return {
    vhosts: [{ name: vhost }],
    users: [
      ...(administrator ? [userWith(administrator, ['administrator'])] : []),
      ...roles.map(({ user, role }) => userWith({ name: user, password: passwords[role] }, [])),
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

function userWith({ name, password }: Account, tags: readonly string[]): object {
  return { name, password_hash: hashOf(name, password), hashing_algorithm: HASHING, tags };
}

const HASHING = 'rabbit_password_hashing_sha256';

/** As RabbitMQ keeps it: four bytes of salt, here of the name, and what they and the password come to. */
function hashOf(name: string, password: string): string {
  const salt = createHash('sha256').update(name).digest().subarray(0, 4);
  const digest = createHash('sha256').update(salt).update(password).digest();
  return Buffer.concat([salt, digest]).toString('base64');
}
