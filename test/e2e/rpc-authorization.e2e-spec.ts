import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { SignJWT } from 'jose';
import * as contracts from '#contracts';
import { type PaymentView, type Rpc, SCOPES, type Scope } from '#contracts';
import { EXCHANGES, IDENTITY_HEADER } from '#messaging';
import { publicTextOf, signingKeyOf } from '#service';
import { Shop } from './shop.js';

const SHARED = Object.values(contracts.DEAD_LETTERS).flatMap((those) => Object.values<unknown>({ ...those }));
const PATTERNS = [...Object.values<unknown>({ ...contracts }), ...SHARED].filter(isRpc);
const PING: Pick<Rpc, 'name' | 'service'> = { name: 'order.ping.v1', service: 'order' };
const ANSWER_MS = 5_000;
const counts = { asked: 0, asDeclared: 0, leaks: 0 };

/** A key that may do one thing, for each of them. */
const KEYS = new Map(SCOPES.map((scope) => [scope, `wb_test_${randomBytes(24).toString('base64url')}`]));
const entries = [...KEYS].map(([scope, key]) => {
  const digest = createHash('sha256').update(key).digest('hex');
  return `${scope.replace(':', '-')}=${digest}:${scope}`;
});

let shop: Shop;
let model: ChannelModel;
let channel: Channel;
const replyTo = `test.${randomUUID()}`;
const answers = new Map<string, (code: string) => void>();

beforeAll(async () => {
  shop = await Shop.open({ env: { TEST_CLOCK: 'true', API_KEYS: entries.join(',') } });
  model = await connect(shop.broker.url);
  channel = await model.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, EXCHANGES.reply, replyTo);
  await channel.consume(
    queue,
    (message) => {
      for (const { id, refused } of JSON.parse(message?.content.toString() ?? '[]')) {
        answers.get(id)?.(refused?.code ?? 'ok');
      }
    },
    { noAck: true },
  );
});
afterAll(async () => {
  await model?.close();
  await shop?.close();
});

/** Straight to the service, past the gateway: the code of the refusal, or ok. */
function ask(
  { name, service }: Pick<Rpc, 'name' | 'service'>,
  token: string | undefined,
  { data = {}, exchange = EXCHANGES.rpc }: { data?: object; exchange?: string } = {},
): Promise<string> {
  const id = `msg_${randomUUID()}.0`;
  const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
  const envelope = { id, type: name, causationId: null, requestId: 'req_test', traceparent, attempt: 1 };
  const body = JSON.stringify([{ ...envelope, deadline: Date.now() + ANSWER_MS, data }]);
  const headers = token === undefined ? {} : { [IDENTITY_HEADER]: token };
  counts.asked++;
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${name} was not answered`)), ANSWER_MS);
    answers.set(id, (code) => {
      clearTimeout(late);
      resolve(code);
    });
    channel.publish(exchange, service, Buffer.from(body), { appId: 'gateway', replyTo, headers });
  });
}

interface Signing {
  readonly audience: string;
  readonly scopes?: readonly Scope[];
  readonly key?: string;
  readonly agoS?: number;
}

function sign({
  audience,
  scopes = SCOPES,
  key = shop.stack.identity.key,
  agoS = 0,
}: Signing): Promise<string> {
  const begun = Math.floor(Date.now() / 1_000) - agoS;
  return new SignJWT({ scope: scopes.join(' ') })
    .setProtectedHeader({ alg: 'EdDSA', kid: publicTextOf(signingKeyOf(shop.stack.identity.key)) })
    .setIssuer('waybill-gateway')
    .setSubject('test')
    .setAudience(audience)
    .setIssuedAt(begun)
    .setExpirationTime(begun + 60)
    .sign(signingKeyOf(key));
}

const otherKey = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }).d as string;
const elsewhere = { order: 'payment', payment: 'stock', stock: 'order' } as const;

/** Tokens that nobody is to believe. */
async function unbelievable(audience: Rpc['service']): Promise<[string, string | undefined][]> {
  const good = await sign({ audience });
  const [, claims] = good.split('.');
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  return [
    ['none', undefined],
    ['an empty one', ''],
    ['nonsense', 'nonsense'],
    ['a forged one', await sign({ audience, key: otherKey })],
    ['an unsigned one', `${none}.${claims}.`],
    ['a cut one', good.slice(0, -4)],
    ['an expired one', await sign({ audience, agoS: 120 })],
    ['one for another service', await sign({ audience: elsewhere[audience] })],
  ];
}

/** The order service takes no commands. */
const waysTo = (service: Rpc['service']): readonly string[] =>
  service === 'order' ? [EXCHANGES.rpc] : [EXCHANGES.rpc, EXCHANGES.commands];

function isRpc(value: unknown): value is Rpc {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'rpc';
}

function count(code: string, expected: 'refused' | 'let in'): void {
  const isRefusal = code === 'unauthorized' || code === 'forbidden';
  if (expected === 'refused' && !isRefusal) counts.leaks++;
  else if (isRefusal === (expected === 'refused')) counts.asDeclared++;
}

describe('the authorization matrix of RPC patterns', () => {
  it.each(PATTERNS)('of $name lets in whoever has one of $needs, and nobody else', async (pattern) => {
    const { service, needs } = pattern;
    expect(needs).toBeDefined();
    for (const [kind, token] of await unbelievable(service)) {
      for (const exchange of waysTo(service)) {
        const code = await ask(pattern, token, { exchange });
        // What is for everyone asks nobody for a token: webhooks have signatures of their own.
        const isOpen = needs === 'open';
        count(code, isOpen ? 'let in' : 'refused');
        expect([kind, exchange, code]).toEqual([
          kind,
          exchange,
          isOpen ? 'validation-failed' : 'unauthorized',
        ]);
      }
    }
    for (const scope of SCOPES) {
      const code = await ask(pattern, await sign({ audience: service, scopes: [scope] }));
      const isAllowed = needs === 'open' || needs?.includes(scope);
      count(code, isAllowed ? 'let in' : 'refused');
      // The question is empty: whoever is let in hears what is wrong with it.
      expect([scope, code]).toEqual([scope, isAllowed ? 'validation-failed' : 'forbidden']);
    }
  });

  it('is kept to everywhere', () => {
    process.stdout.write(
      `RPC patterns: ${PATTERNS.length}; questions: ${counts.asked}; as declared: ${counts.asDeclared}; leaks: ${counts.leaks}\n`,
    );
    expect(counts).toEqual({ asked: counts.asked, asDeclared: counts.asked, leaks: 0 });
    expect(counts.asked).toBeGreaterThan(PATTERNS.length * (8 + SCOPES.length));
  });
});

it('carries out nothing that it refuses', async () => {
  const product = { name: 'Forged', price: { amount: 1, currency: 'EUR' } };
  const data = { sku: 'FORGED', product };
  for (const [, token] of await unbelievable('stock')) await ask(contracts.putProduct, token, { data });
  await ask(contracts.putProduct, await sign({ audience: 'stock', scopes: ['stock:read'] }), { data });
  expect(await shop.books.rows('stock', 'select 1 from products')).toEqual([]);
  expect(await ask(contracts.putProduct, await sign({ audience: 'stock' }), { data })).toBe('ok');
  expect(await shop.books.rows('stock', 'select 1 from products')).toHaveLength(1);
});

it('lets everybody see whether a service is there', async () => {
  expect(await ask(PING, undefined)).toBe('ok');
});

/** Each route needs one scope; behind it there may be several questions. */
describe('a key with the one scope of a route', () => {
  const as = (scope: Scope) => shop.client({ apiKey: KEYS.get(scope) ?? '' });
  const idempotent = () => ({ 'idempotency-key': randomUUID(), prefer: 'wait=5' });

  it('is enough for all that the route asks', async () => {
    await as('stock:write').stocked('SCOPES', 10);
    for (const path of ['/v1/products/SCOPES', '/v1/products', '/v1/stock/SCOPES'])
      await as('stock:read').read(path);
    const { body: unpaid } = await as('orders:write').place({ sku: 'SCOPES' });
    expect(unpaid.status).toBe('awaiting_payment');
    const { body: paid } = await as('payments:write').pay(unpaid.id, 'tok_visa');
    expect((await as('payments:read').untilPaid(paid.id)).status).toBe('captured');
    for (const path of ['', `/${unpaid.id}`, `/${unpaid.id}/timeline`])
      await as('orders:read').read(`/v1/orders${path}`);
    const refund = await as('refunds:write').send<PaymentView>(
      'POST',
      `/v1/payments/${paid.id}/refunds`,
      {},
      idempotent(),
    );
    expect([refund.status, refund.body.status]).toEqual([201, 'succeeded']);
    for (const path of [
      `?orderId=${unpaid.id}`,
      `/${paid.id}`,
      `/${paid.id}/refunds`,
      `/${paid.id}/ledger`,
    ]) {
      await as('payments:read').read(`/v1/payments${path}`);
    }
    await as('payments:read').read(`/v1/payments/${paid.id}/refunds/${refund.body.id}`);
    expect((await as('ops:write').send('POST', '/v1/test/clock/advance', { seconds: 1 })).status).toBe(200);
    expect((await as('orders:write').send('POST', `/v1/orders/${unpaid.id}/cancel`)).status).toBe(202);
  });

  it('captures and voids what is authorized', async () => {
    for (const move of ['capture', 'void']) {
      const { body } = await as('orders:write').place({
        sku: 'SCOPES',
        method: 'tok_visa',
        capture: 'manual',
      });
      const path = `/v1/payments/${body.paymentId}/${move}`;
      const { status } = await as('payments:write').send('POST', path, undefined, idempotent());
      expect([move, status]).toEqual([move, 200]);
    }
  });
});

it('keeps its books', () => shop.expectSound());
