import { signatureHeaders } from './webhook-headers.js';

const raw = (...headers: string[]) => signatureHeaders(headers);

it('finds what signatures are made of, however it is spelled, and nothing else', () => {
  const headers = ['Host', 'x', 'Webhook-Id', 'msg_1', 'WEBHOOK-TIMESTAMP', '17', 'stripe-signature', 't=1'];
  expect(raw(...headers, 'Authorization', 'Bearer k')).toEqual({
    'webhook-id': 'msg_1',
    'webhook-timestamp': '17',
    'stripe-signature': 't=1',
  });
});

it('takes none that is there twice, even with the same value', () => {
  expect(raw('webhook-id', 'a', 'Webhook-Id', 'a', 'webhook-signature', 'v1,x')).toEqual({
    'webhook-signature': 'v1,x',
  });
});

it('takes none that is too long to be one', () => {
  expect(raw('webhook-id', 'x'.repeat(201), 'webhook-signature', 'x'.repeat(2_001))).toEqual({});
});

it('does not take a value for a name', () => {
  expect(raw('x', 'webhook-id', 'y', 'z')).toEqual({});
});
