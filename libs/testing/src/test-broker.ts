import { randomBytes } from 'node:crypto';

export interface TestBroker {
  /** Of a vhost of its own. */
  readonly url: string;
  readonly vhost: string;
  /** The management API, for what a test has to do to a broker. Paths start with /api. */
  manage<T = unknown>(method: string, path: string, body?: object): Promise<T>;
  delete(): Promise<void>;
}

const TIMEOUT_MS = 10_000;

/** An empty vhost on the broker that `npm test` has started. */
export async function testBroker(): Promise<TestBroker> {
  const { WAYBILL_TEST_BROKER_URL: broker, WAYBILL_TEST_MANAGEMENT_URL: management } = process.env;
  if (!broker || !management)
    throw new Error('WAYBILL_TEST_BROKER_URL is not set: run the tests with "npm test"');
  const { origin, username, password } = new URL(management);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
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
  await manage('PUT', `/api/vhosts/${vhost}`);
  await manage('PUT', `/api/permissions/${vhost}/${decodeURIComponent(username)}`, {
    configure: '.*',
    write: '.*',
    read: '.*',
  });
  return {
    url: `${broker.replace(/\/+$/, '')}/${vhost}`,
    vhost,
    manage,
    delete: () => manage('DELETE', `/api/vhosts/${vhost}`),
  };
}
