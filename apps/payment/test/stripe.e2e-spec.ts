import { firstIdAt, newId } from '#contracts';
import { type ProviderCall } from '../src/provider.js';
import { type StripeProvider } from '../src/stripe/stripe.client.js';
import { stripeAt } from './adapters.js';
import { partIn } from './stripe/form.js';
import { StripeStandIn } from './stripe/stand-in.js';

const APPROVED = { outcome: 'ok', amount: 100, currency: 'EUR' };

let standIn: StripeStandIn;
let provider: StripeProvider;

beforeEach(async () => {
  standIn = await StripeStandIn.start();
  provider = stripeAt(standIn);
});
afterEach(() => standIn.close());

function call(more: Partial<ProviderCall> = {}): ProviderCall {
  const paymentId = newId('pay');
  const key = `${paymentId}:capture`;
  const money = { amount: 100, currency: 'EUR', method: 'tok_visa' };
  return { key, operation: 'capture', paymentId, chargeId: null, ...money, ...more };
}
const perform = (asked: ProviderCall) => provider.perform(asked, AbortSignal.timeout(5_000));
const get = (asked: ProviderCall) => provider.get(asked, AbortSignal.timeout(5_000));
const intents = () => [...standIn.account.intents.values()];

it.each([
  [401, { type: 'invalid_request_error', message: 'Invalid API Key provided: sk_test_****_in' }],
  [403, { type: 'invalid_request_error', message: 'not allowed' }],
  [409, { type: 'invalid_request_error', code: 'lock_timeout', message: 'locked' }],
  [429, { type: 'invalid_request_error', code: 'rate_limit', message: 'slow down' }],
  [500, { type: 'api_error', message: 'oh' }],
  [503, { type: 'api_error', message: 'oh' }],
])(
  'does not know what became of a call that was answered with %i, and says no word of the answer',
  async (status, error) => {
    standIn.answerNext(status, error);
    const answer = await perform(call({ method: 'pm_1' }));
    expect(answer).toEqual({ outcome: 'unknown', reason: expect.stringContaining(`${status}`) });
    expect(JSON.stringify(answer)).not.toContain(error.message);
    expect(standIn.asked).toHaveLength(1);
  },
);

it('does not know what became of a call to nobody', async () => {
  await standIn.close();
  expect(await perform(call())).toEqual({
    outcome: 'unknown',
    reason: 'stripe: StripeConnectionError',
  });
  expect(await get(call())).toMatchObject({ outcome: 'unknown' });
  await standIn.restart();
});

it('takes once what the SDK repeats by itself after a cut connection', async () => {
  standIn.faults.plan({ kind: 'silent_after', operation: 'capture', ms: 20 });
  expect(await perform(call())).toMatchObject(APPROVED);
  expect(standIn.asked.filter((operation) => operation === 'capture')).toHaveLength(2);
  expect(intents()).toHaveLength(1);
});

it('takes nothing again when Stripe has forgotten the key: the list still has the intent', async () => {
  const asked = call({ method: 'tok_unknown' });
  await perform(asked);
  standIn.forgetKeys();
  expect(await get(asked)).toMatchObject(APPROVED);
  expect(intents()).toHaveLength(1);
});

it.each([
  ['repeats a lost call', 22, 'repeat'],
  ['searches for what is older than its key', 24, 'search'],
])('%s: %i hours', (_, hours, way) => {
  const paymentId = firstIdAt('pay', Date.now() - hours * 3_600_000);
  expect(provider.whenLost(call({ paymentId }))).toBe(way);
  expect(provider.whenLost(call({ paymentId, chargeId: 'pi_1' }))).toBeUndefined();
});

it('says that a key is spent which Stripe answers with a fault that it has kept, and finds what came of it', async () => {
  const asked = call();
  standIn.keepsFaults = true;
  standIn.faults.plan({ kind: 'fail_after', operation: 'capture' });
  const first = await perform(asked);
  expect(first).toMatchObject({ outcome: 'unknown' });
  expect(first).not.toHaveProperty('answered');
  expect(await perform(asked)).toMatchObject({ outcome: 'unknown', answered: 'spent' });
  expect(await perform({ ...asked, amount: 7 })).toMatchObject({ outcome: 'unknown', answered: 'spent' });
  expect(await get(asked)).toMatchObject(APPROVED);
});

it('does not take what a key said first for what is so now', async () => {
  const asked = call();
  standIn.account.takesTime = true;
  expect(await perform(asked)).toMatchObject({ outcome: 'unknown' });
  const [intent] = intents();
  standIn.account.settle(intent?.id ?? '');
  expect(await perform(asked)).toMatchObject(APPROVED);
});

it('looks only through what is as old as the call, and no longer than somebody waits', async () => {
  for (let i = 0; i < 101; i++) await perform(call({ method: 'tok_visa' }));
  const asked = call({ begunBefore: new Date().toISOString() });
  expect(await get(asked)).toEqual({ outcome: 'absent' });
  const now = Math.floor(Date.now() / 1_000);
  const { gte, lte } = partIn(standIn.requests.at(-1) ?? {}, 'created');
  expect([now - Number(gte), Number(lte) - now].map((s) => Math.round(s / 10) * 10)).toEqual([300, 300]);

  const before = standIn.asked.length;
  expect(await provider.get(asked, AbortSignal.abort())).toMatchObject({ outcome: 'unknown' });
  expect(standIn.asked.length - before).toBe(1);
});

it('takes a capture or void that has happened already for its own, when Stripe has forgotten the key', async () => {
  for (const operation of ['capture', 'void'] as const) {
    const held = call({ operation: 'authorize' });
    const answer = await perform({ ...held, key: `${held.paymentId}:authorize` });
    if (answer.outcome !== 'ok') throw new Error('it was not authorized');
    const { chargeId } = answer;
    const asked = { ...held, operation, chargeId, key: `${held.paymentId}:${operation}` };
    await perform(asked);
    standIn.forgetKeys();
    expect(await perform(asked)).toEqual({ ...APPROVED, chargeId });
  }
});

it('finds an intent on a later page of the list', async () => {
  const asked = call({ method: 'tok_unknown' });
  await perform(asked);
  for (let i = 0; i < 150; i++) await perform(call());
  expect(await get(asked)).toMatchObject(APPROVED);
});

describe('an authorization', () => {
  const held = async () => {
    const asked = call({ operation: 'authorize' });
    const answer = await perform({ ...asked, key: `${asked.paymentId}:authorize` });
    if (answer.outcome !== 'ok') throw new Error('it was not authorized');
    return { asked, answer, chargeId: answer.chargeId };
  };

  it('says until when it stands, however it is asked about', async () => {
    const { asked, answer, chargeId } = await held();
    const hours = (Date.parse(answer.expiresAt ?? '') - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(114);
    expect(await get(asked)).toEqual(answer);
    expect(await get({ ...asked, chargeId })).toEqual(answer);
  });

  it('that Stripe has ended has expired, for whoever asks or captures; and is nothing to void any more', async () => {
    const { asked, chargeId } = await held();
    standIn.account.endAuthorization(chargeId);
    const known = { ...asked, chargeId };
    expect(await get(known)).toEqual({ outcome: 'expired' });
    const key = `${asked.paymentId}:capture`;
    expect(await perform({ ...known, operation: 'capture', key })).toEqual({ outcome: 'expired' });
    const release = { ...known, operation: 'void', key: `${asked.paymentId}:void` } as const;
    expect(await perform(release)).toMatchObject(APPROVED);
  });
});

it('says of a refund that the bank has sent back that it has failed, and that nothing has moved', async () => {
  const paid = call();
  const answer = await perform(paid);
  const chargeId = answer.outcome === 'ok' ? answer.chargeId : '';
  const asked = { ...paid, operation: 'refund', chargeId, key: `${newId('ref')}:refund` } as const;
  expect(await perform(asked)).toMatchObject(APPROVED);
  for (const { id } of standIn.account.refunds.values()) standIn.account.failRefund(id);
  expect(await get(asked)).toEqual({ outcome: 'declined', code: 'lost_or_stolen_card' });
  const moved = await provider.movements(
    { from: new Date(0), to: new Date(Date.now() + 60_000) },
    AbortSignal.timeout(5_000),
  );
  expect(moved.map(({ operation, amount }) => `${operation} ${amount}`).sort()).toEqual([
    'capture 100',
    'refund -100',
    'refund 100',
  ]);
});

it('tells everything that the balance knows of our payments, and nothing of others', async () => {
  for (let i = 0; i < 130; i++) await perform(call());
  const method = standIn.account.createMethod({ card: { token: 'tok_visa' } }) as { id: string };
  standIn.account.createIntent({ amount: '5', currency: 'eur', payment_method: method.id });
  const moved = await provider.movements(
    { from: new Date(0), to: new Date(Date.now() + 60_000) },
    AbortSignal.timeout(5_000),
  );
  expect([moved.length, new Set(moved.map(({ paymentId }) => paymentId)).size]).toEqual([130, 130]);
  expect(
    await provider.movements({ from: new Date(0), to: new Date(1) }, AbortSignal.timeout(5_000)),
  ).toEqual([]);
});

it.each(['capture', 'authorize'] as const)(
  'declines, without a call, what Stripe does not move to the last unit: %s',
  async (operation) => {
    for (const [amount, currency] of [
      [5_124, 'KWD'],
      [550, 'MGA'],
    ] as const) {
      const declined = { outcome: 'declined', code: 'amount_indivisible' };
      expect(await perform(call({ operation, amount, currency }))).toEqual(declined);
    }
    expect(standIn.asked).toEqual([]);
  },
);

it('charges ariary in full, as Stripe counts them, and has them in our units again', async () => {
  const asked = call({ amount: 50_000, currency: 'MGA' });
  expect(await perform(asked)).toMatchObject({ outcome: 'ok', amount: 50_000, currency: 'MGA' });
  expect(standIn.requests.at(-1)).toMatchObject({ amount: '500', currency: 'mga' });
});

it('takes nothing when nobody waits for it any more', async () => {
  const deadline = new AbortController();
  const asked = call();
  standIn.faults.plan({ kind: 'latency', operation: 'get', ms: 50 });
  const answer = provider.perform(asked, deadline.signal);
  deadline.abort();
  expect(await answer).toMatchObject({ outcome: 'unknown' });
  expect(intents()).toEqual([]);
});

it('asks for a payment as documented: confirmed, without its owner, without redirects', async () => {
  const asked = call();
  await perform(asked);
  expect(standIn.requests.at(-1)).toEqual({
    amount: '100',
    currency: 'eur',
    capture_method: 'automatic',
    confirm: 'true',
    off_session: 'true',
    payment_method: expect.stringMatching(/^pm_/),
    automatic_payment_methods: { enabled: 'true', allow_redirects: 'never' },
    metadata: { paymentId: asked.paymentId, key: asked.key },
  });
});
