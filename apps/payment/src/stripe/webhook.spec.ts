import fc from 'fast-check';
import { eventOf, signedEvent } from '../../test/stripe/signed-event.js';
import { stripeEvent } from './webhook.js';

const SECRETS = ['whsec_new', 'whsec_old'];
const NOW = new Date('2026-11-23T10:00:00.000Z');
const AT = NOW.getTime() / 1_000;
const INTENT = { id: 'pi_1', object: 'payment_intent', metadata: { paymentId: 'pay_1' } };
const EVENT = eventOf('payment_intent.succeeded', INTENT, 'evt_1');

const signed = (secret: string, event: object = EVENT, at = AT) => signedEvent(event, secret, at);
const read = ({ raw, headers }: ReturnType<typeof signed>, now = NOW, secrets = SECRETS) =>
  stripeEvent(raw, headers, secrets, now);

it.each(SECRETS)('takes what %s has signed', (secret) => {
  expect(read(signed(secret))).toEqual({ id: 'evt_1', type: 'payment_intent.succeeded', paymentId: 'pay_1' });
});

it.each([
  ['ref_01k9z0000000000000000000aa:refund', 'ref_01k9z0000000000000000000aa'],
  ['pay_1:capture', undefined],
  ['ref_1:refund', undefined],
  [7, undefined],
])('says which refund of ours an event is about, by its key: %s', (key, refundId) => {
  const object = { id: 're_1', object: 'refund', metadata: { paymentId: 'pay_1', key } };
  const event = read(signed('whsec_new', eventOf('refund.failed', object, 'evt_2')));
  expect(event).toEqual({
    id: 'evt_2',
    type: 'refund.failed',
    paymentId: 'pay_1',
    ...(refundId && { refundId }),
  });
});

it('takes an event that is about no payment of ours', () => {
  expect(read(signed('whsec_new', { ...EVENT, data: { object: {} } }))).toEqual({
    id: 'evt_1',
    type: 'payment_intent.succeeded',
  });
});

it.each([-301, -300, 300, 301])('takes what was signed within five minutes, not at %i s', (seconds) => {
  const event = read(signed('whsec_new', EVENT, AT + seconds));
  expect(event !== undefined).toBe(Math.abs(seconds) <= 300);
});

it.each([
  ['a third secret', signed('whsec_other')],
  ['no secret', signed('')],
  ['something that is no event', signed('whsec_new', {})],
  ['a list', signed('whsec_new', [])],
  ['a thin event', signed('whsec_new', { ...EVENT, object: 'v2.core.event' })],
  ['no signature', { ...signed('whsec_new'), headers: { 'stripe-signature': '' } }],
])('does not take %s', (_, call) => {
  expect(read(call, NOW, ['', ...SECRETS])).toBeUndefined();
});

it('takes nothing without secrets', () => {
  expect(read(signed('whsec_new'), NOW, [])).toBeUndefined();
});

it('takes no altered call, and never throws', () => {
  const { raw, headers } = signed('whsec_new');
  const call = `${headers['stripe-signature'].replace(',v0=00', '')}\n${raw}`;
  fc.assert(
    fc.property(fc.nat(call.length - 1), fc.string({ maxLength: 3 }), fc.nat(3), (at, put, cut) => {
      const altered = call.slice(0, at) + put + call.slice(at + cut);
      fc.pre(altered !== call && altered.includes('\n'));
      const [signature = '', ...lines] = altered.split('\n');
      expect(stripeEvent(lines.join('\n'), { 'stripe-signature': signature }, SECRETS, NOW)).toBeUndefined();
    }),
    { numRuns: 2_000 },
  );
});
