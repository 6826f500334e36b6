import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCOPES } from '#contracts';
import { HealthController } from '#service';
import { declaredRoutes } from '../../apps/gateway/src/access/policy.decorator.js';
import { GatewayModule } from '../../apps/gateway/src/gateway.module.js';
import { TestClockController } from '../../apps/gateway/src/test-clock/test-clock.controller.js';
import { type Problem } from './client.js';
import { Shop } from './shop.js';

/** A key for each single scope. */
const KEYS = SCOPES.map((scope) => ({ scope, key: `wb_test_${randomBytes(24).toString('base64url')}` }));
const WITHOUT = [undefined, '', 'Bearer wb_test_unknown', `Basic ${KEYS[0]?.key}`];

const ROUTES = declaredRoutes([
  ...Reflect.getMetadata('controllers', GatewayModule),
  TestClockController,
  HealthController,
]).flatMap(({ route, policy }) => {
  const [method = '', path = ''] = route.split(' ');
  const methods = method === 'GET' ? ['GET', 'HEAD'] : [method];
  return methods.map((one) => ({ method: one, path: path.replaceAll(/:\w+/g, 'x'), policy }));
});

let shop: Shop;
const folder = mkdtempSync(join(tmpdir(), 'waybill-keys-'));
const file = join(folder, 'keys');

const entry = (name: string, key: string, scopes: string) =>
  `${name}=${createHash('sha256').update(key).digest('hex')}:${scopes}`;
const all = KEYS.map(({ key, scope }, i) => entry(`caller-${i}`, key, scope));

beforeAll(async () => {
  writeFileSync(file, all.join('\n'));
  shop = await Shop.open({ env: { API_KEYS_FILE: file, DOCS_API_KEY: 'wb_test_docs', TEST_CLOCK: 'true' } });
});

afterAll(async () => {
  await shop?.close();
  rmSync(folder, { recursive: true });
});

async function ask(method: string, path: string, authorization?: string) {
  const body = method === 'POST' || method === 'PUT' || method === 'PATCH';
  const answer = await fetch(`${shop.stack.url}${path}`, {
    method,
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: '{}' }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await answer.text();
  const problem = answer.headers.get('content-type')?.startsWith('application/problem+json');
  return { status: answer.status, problem: problem && text ? (JSON.parse(text) as Problem) : undefined };
}

/** What the key may not do is refused before anything is looked at; what it may do is, and found to be nonsense. */
function outcome(status: number): 'no key' | 'forbidden' | 'allowed' | number {
  if (status === 401) return 'no key';
  if (status === 403) return 'forbidden';
  return status < 500 ? 'allowed' : status;
}

describe('the authorization matrix', () => {
  test.each(ROUTES.filter(({ policy }) => policy !== 'open'))(
    'of $method $path lets in whoever has $policy, and nobody else',
    async ({ method, path, policy }) => {
      for (const { scope, key } of KEYS) {
        const { status, problem } = await ask(method, path, `Bearer ${key}`);
        expect([scope, outcome(status)]).toEqual([scope, scope === policy ? 'allowed' : 'forbidden']);
        if (status === 403 && method !== 'HEAD') {
          expect(problem).toMatchObject({ type: '/problems/forbidden', needed: policy });
        }
      }
      for (const authorization of WITHOUT) {
        expect(outcome((await ask(method, path, authorization)).status)).toBe('no key');
      }
    },
  );

  test.each(ROUTES.filter(({ method, policy }) => policy !== 'open' && method.startsWith('P')))(
    'of $method $path asks for the key before it looks at the body',
    async ({ method, path }) => {
      const bodies: [string, string][] = [
        ['text/plain', 'hello'],
        ['application/json', '{'],
        ['application/json', '"x'.padEnd(70_000, 'x')],
      ];
      for (const [type, body] of bodies) {
        const headers = { 'content-type': type };
        const { status } = await fetch(`${shop.stack.url}${path}`, { method, headers, body });
        expect([type, status]).toEqual([type, 401]);
      }
    },
  );

  test.each(ROUTES.filter(({ policy }) => policy === 'open'))(
    'of $method $path lets in everyone',
    async ({ method, path }) => {
      for (const authorization of WITHOUT) {
        expect(outcome((await ask(method, path, authorization)).status)).toBe('allowed');
      }
    },
  );
});

test('a page of another site may not call unless it is listed, and outside development nothing is told to developers', async () => {
  const { headers } = await fetch(`${shop.stack.url}/v1/orders`, {
    headers: { origin: 'https://shop.example' },
  });
  expect(headers.get('access-control-allow-origin')).toBeNull();
  expect(headers.get('server-timing')).toBeNull();
  const script = await (await fetch(`${shop.stack.url}/docs/swagger-ui-init.js`)).text();
  expect(script).not.toMatch('wb_test_docs');
});

describe('API_KEYS_FILE', () => {
  const statusOf = async (key: string) => (await ask('GET', '/v1/orders/x', `Bearer ${key}`)).status;
  const [reader, writer] = [KEYS[0], KEYS[1]] as [(typeof KEYS)[0], (typeof KEYS)[0]];

  test('revokes, demotes and adds keys within 60 s, without a restart', async () => {
    const added = `wb_live_${randomBytes(24).toString('base64url')}`;
    expect([await statusOf(reader.key), await statusOf(added)]).toEqual([422, 401]);
    writeFileSync(
      file,
      [entry('caller-1', writer.key, 'orders:read'), entry('new', added, 'ops:read')].join(),
    );
    await until(async () => (await statusOf(reader.key)) === 401);
    expect([await statusOf(writer.key), await statusOf(added)]).toEqual([422, 403]);
  });

  test('changes nothing while it has a fault', async () => {
    writeFileSync(file, 'caller-1=oops');
    await until(async () => /entry 1 is not caller=/.test(shop.stack.of('gateway').log));
    expect(await statusOf(writer.key)).toBe(422);
  });
});

async function until(holds: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not so after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
