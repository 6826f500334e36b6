import { newId } from '#contracts';
import { faultsOf } from './bad-input/judge.js';
import { type Problem } from './client.js';
import { Shop } from './shop.js';
import { MUTATIONS, mutationsOf } from './webhooks/mutations.js';
import { newSecret, sendCall, settled, signedCall } from './webhooks/signed.js';

const OLD = newSecret();
const NEW = newSecret();
const SEED = 20_261_123;
const FORGED = 2_200;
const REPLAYED = 100;

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open({ env: { SANDBOX_WEBHOOK_SECRETS: `${OLD},${NEW}` } });
});
afterAll(() => shop?.close());

const send = (call: ReturnType<typeof signedCall>, provider?: string) =>
  sendCall(shop.stack.url, call, provider);
const events = <T extends object>(columns = 'count(*)::int as count') =>
  shop.books.rows<T>('payment', `select ${columns} from webhook_events order by 1`);
const counted = async (): Promise<number> => (await events<{ count: number }>())[0]?.count ?? 0;
const somebody = (): string => newId('pay');

test('a call signed with either secret is stored as it came, and answered within a second', async () => {
  for (const secret of [OLD, NEW]) {
    // Neither its white space nor its order of fields is ours.
    const text = `{ "data" : {"paymentId":"${somebody()}"},\n "type":"payment.action_settled", "é": "✓" }`;
    const call = signedCall(secret, text);
    const sentAt = performance.now();
    const answer = await send(call);
    expect([answer.status, answer.body]).toEqual([204, '']);
    expect(performance.now() - sentAt).toBeLessThan(1_000);
    const [stored] = await shop.books.rows<{ body: Buffer }>(
      'payment',
      'select body from webhook_events where provider = $1 and id = $2',
      ['sandbox', call.headers[0]?.[1]],
    );
    expect(stored?.body.equals(call.body)).toBe(true);
  }
});

test('an event that comes again is answered like the first one and changes nothing, whatever comes with it', async () => {
  const id = `msg_${somebody()}`;
  const first = signedCall(OLD, settled(somebody()), { id });
  expect((await send(first)).status).toBe(204);
  const before = await events('*');
  for (const again of [first, signedCall(NEW, settled(somebody()), { id }), signedCall(OLD, '{}', { id })]) {
    expect((await send(again)).status).toBe(204);
  }
  // But for the moment at which the first one was heeded.
  const stable = (rows: object[]) => rows.map((row) => ({ ...row, heeded_at: null }));
  expect(stable(await events('*'))).toEqual(stable(before));
});

test('a bad signature is a problem in the words of the reader, and nothing is stored', async () => {
  const before = await counted();
  const { status, head, body } = await send(signedCall(newSecret(), settled(somebody())));
  expect([status, head]).toEqual([401, expect.stringMatching(/content-type: application\/problem\+json/i)]);
  const { type } = JSON.parse(body) as Problem;
  expect(type).toBe('/problems/webhook-signature-invalid');
  const page = await fetch(`${shop.stack.url}${type}`, { headers: { 'accept-language': 'zh' } });
  expect(await page.text()).toMatch('签名');
  expect(await counted()).toBe(before);
});

test('a body that is too large is not read, and a provider that is not set up is not there', async () => {
  const large = signedCall(OLD, settled(somebody(), { padding: 'x'.repeat(131_072) }));
  expect((await send(large)).status).toBe(413);
  const largest = signedCall(OLD, settled(somebody(), { padding: '"'.repeat(65_000) }));
  expect(largest.body.length).toBeGreaterThan(130_000);
  expect((await send(largest)).status).toBe(204);
  expect((await send(signedCall(OLD, '{}'), 'stripe')).status).toBe(404);
});

test(`${FORGED + REPLAYED} forged, replayed and altered calls are refused, every one`, async () => {
  const recorded = Array.from({ length: 20 }, (_, i) => {
    const call = signedCall(i % 2 ? OLD : NEW, settled(somebody()));
    return { call, other: signedCall(i % 2 ? OLD : NEW, settled(somebody())) };
  });
  for (const { call } of recorded) expect((await send(call)).status).toBe(204);
  const before = await events('id, body');

  const late = Array.from({ length: REPLAYED }, (_, i) => {
    const secondsAgo = i % 2 ? 301 + i : -(900 + i);
    return { name: `sent ${secondsAgo} s ago`, call: signedCall(NEW, settled(somebody()), { secondsAgo }) };
  });
  const cases = [...mutationsOf(recorded, FORGED, SEED), ...late];
  const statuses = new Map<number, number>();
  const accepted = await faultsOf(
    cases,
    ({ name }) => name,
    async ({ call }) => {
      const { status } = await send(call);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      return status === 401 ? undefined : `answered ${status}`;
    },
  );
  const kinds = Object.keys(MUTATIONS).length + 1;
  process.stdout.write(
    `webhooks: ${cases.length} calls of ${kinds} kinds (seed ${SEED}), ${accepted.length} accepted; ${JSON.stringify(Object.fromEntries(statuses))}\n`,
  );
  expect(accepted).toEqual([]);
  expect(await events('id, body')).toEqual(before);
  expect(cases.length).toBeGreaterThanOrEqual(2_000);

  // The same sender is still heard.
  expect((await send(signedCall(NEW, settled(somebody())))).status).toBe(204);
});
