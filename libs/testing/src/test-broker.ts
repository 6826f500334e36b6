import { randomBytes } from 'node:crypto';
import { connect } from 'amqplib';
import {
  brokerDefinitions,
  brokersOf,
  EVENT_LOG_LIMITS,
  passwordHash,
  ROLES,
  type Role,
  userOf,
} from '#messaging';

export interface TestBroker {
  /** Of a vhost of its own. */
  readonly url: string;
  readonly vhost: string;
  /** The management API, for what a test has to do to a broker. Paths start with /api. */
  manage<T = unknown>(method: string, path: string, body?: object): Promise<T>;
  /** What waits in a queue, which is left as it is. */
  peek(queue: string): Promise<Waiting[]>;
  /** A user for each role, with the rights that it has in production: the URL of each. */
  users(): Promise<Readonly<Record<Role, string>>>;
  delete(): Promise<void>;
}

export interface Waiting {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A vhost of a cluster is made on every node of it. */
const TIMEOUT_MS = 60_000;

/** An empty vhost on the broker that `npm test` has started. */
export async function testBroker(): Promise<TestBroker> {
  const { WAYBILL_TEST_BROKER_URL: broker, WAYBILL_TEST_MANAGEMENT_URL: management } = process.env;
  if (!broker || !management)
    throw new Error('WAYBILL_TEST_BROKER_URL is not set: run the tests with "npm test"');
  const { origin, username, password } = new URL(management);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
  let hasUsers = false;
  const vhost = `waybill_test_${randomBytes(6).toString('hex')}`;
  const manage = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  const make = (): Promise<unknown> => manage('PUT', `/api/vhosts/${vhost}`);
  // The nodes of a busy cluster may need longer than the broker waits for them. To ask again is harmless.
  await make().catch(make).catch(make);
  await manage('PUT', `/api/permissions/${vhost}/${decodeURIComponent(username)}`, {
    configure: '.*',
    write: '.*',
    read: '.*',
  });
  // Of a cluster each node has it.
  const urls = brokersOf(broker).map((node) => `${node.replace(/\/+$/, '')}/${vhost}`);
  return {
    url: urls.join(','),
    vhost,
    manage,
    peek: (queue) => peek(urls[0] ?? '', queue),
    async users() {
      const passwords = byRole(() => randomBytes(12).toString('hex'));
      await manage('POST', '/api/definitions', definitionsWith(vhost, passwords));
      hasUsers = true;
      return byRole((role) =>
        urls.map((url) => withUser(url, userOf(vhost, role), passwords[role])).join(','),
      );
    },
    async delete() {
      await manage('DELETE', `/api/vhosts/${vhost}`);
      const users = hasUsers ? ROLES.map((role) => userOf(vhost, role)) : [];
      await Promise.all(users.map((user) => manage('DELETE', `/api/users/${user}`)));
    },
  };
}

function definitionsWith(vhost: string, passwords: Readonly<Record<Role, string>>): object {
  const passwordHashes = byRole((role) => passwordHash(userOf(vhost, role), passwords[role]));
  return brokerDefinitions({ vhost, passwordHashes, eventLog: EVENT_LOG_LIMITS });
}

function byRole(make: (role: Role) => string): Record<Role, string> {
  return Object.fromEntries(ROLES.map((role) => [role, make(role)])) as Record<Role, string>;
}

function withUser(url: string, username: string, password: string): string {
  return Object.assign(new URL(url), { username, password }).href;
}

/** Messages that are taken without an acknowledgement are back in their queue when the connection is closed. */
async function peek(url: string, queue: string): Promise<Waiting[]> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    const found: Waiting[] = [];
    for (;;) {
      const message = await channel.get(queue);
      if (!message) return found;
      found.push({ headers: message.properties.headers ?? {}, body: message.content.toString() });
    }
  } finally {
    await connection.close();
  }
}
