import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { sandboxEvent } from './webhook.js';

const [OLD, NEW] = [1, 2].map((byte) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`) as [
  string,
  string,
];
const SECRETS = [OLD, NEW];
const NOW = new Date('2026-11-23T10:00:00.000Z');
const PAYMENT = `pay_${'0'.repeat(26)}`;
const BODY = JSON.stringify({ type: 'payment.action_settled', data: { paymentId: PAYMENT } });

function signed(body = BODY, { secret = OLD, id = 'msg_1', secondsAgo = 0 } = {}) {
  const at = new Date(NOW.getTime() - secondsAgo * 1_000);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(at.getTime() / 1_000),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
}
const read = (headers: Record<string, string>, body = BODY, secrets = SECRETS) =>
  sandboxEvent(body, headers, secrets, NOW);

it('reads what is signed with either of two secrets', () => {
  for (const secret of SECRETS) {
    expect(read(signed(BODY, { secret }))).toEqual({
      id: 'msg_1',
      type: 'payment.action_settled',
      paymentId: PAYMENT,
    });
    expect(read(signed(BODY, { secret }), BODY, [OLD]) !== undefined).toBe(secret === OLD);
  }
});

it('reads a call that was signed with the old and the new secret', () => {
  const [old, young] = SECRETS.map((secret) => signed(BODY, { secret })['webhook-signature']);
  expect(read({ ...signed(), 'webhook-signature': `${old} ${young}` }, BODY, SECRETS.slice(1))).toBeDefined();
});

it.each([299, 300, -299])('takes a call of %d s ago', (secondsAgo) => {
  expect(read(signed(BODY, { secondsAgo }))).toBeDefined();
});

it.each([301, 3_600, -301])('refuses a call of %d s ago', (secondsAgo) => {
  expect(read(signed(BODY, { secondsAgo }))).toBeUndefined();
});

it.each(['', 'null', '[]', '"x"', '{', '{"data":null}', '{"type":7,"data":{"paymentId":"pay_x"}}'])(
  'knows no payment in a signed body of %s',
  (body) => {
    expect(read(signed(body), body)).toEqual({ id: 'msg_1', type: 'unknown', paymentId: undefined });
  },
);

it.each<[string, (headers: Record<string, string>) => object]>([
  ['no id', () => ({ 'webhook-id': '' })],
  ['another id', () => ({ 'webhook-id': 'msg_2' })],
  ['more after the seconds', (one) => ({ 'webhook-timestamp': `${one['webhook-timestamp']}x` })],
  ['a fraction of a second', (one) => ({ 'webhook-timestamp': `${one['webhook-timestamp']}.0` })],
  ['another version', (one) => ({ 'webhook-signature': one['webhook-signature']?.replace('v1', 'v2') })],
  ['no version', (one) => ({ 'webhook-signature': one['webhook-signature']?.slice(3) })],
  ['more after the signature', (one) => ({ 'webhook-signature': `${one['webhook-signature']},x` })],
  [
    'the header joined with itself',
    (one) => ({ 'webhook-signature': `${one['webhook-signature']}, ${one['webhook-signature']}` }),
  ],
])('refuses a call with %s', (_what, change) => {
  const good = signed();
  expect(read(good)).toBeDefined();
  expect(read({ ...good, ...change(good) })).toBeUndefined();
});

it('never throws, and takes nothing that nobody signed', () => {
  const headers = fc.dictionary(
    fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature'),
    fc.oneof(fc.string(), fc.constantFrom(...Object.values(signed('another body')))),
  );
  fc.assert(
    fc.property(fc.string(), headers, (body, some) => read(some, body) === undefined),
    { numRuns: 1_000 },
  );
});
