import { type Operation, type ProviderCall } from '../provider.js';
import { chargeIdOf } from './charge-id.js';
import { InProcessSandbox } from './in-process.client.js';

const patient = new AbortController().signal;

function call(method: string, operation: Operation = 'capture'): ProviderCall {
  const key = `pay_${method}:${operation}`;
  return { key, operation, paymentId: `pay_${method}`, chargeId: null, amount: 100, currency: 'EUR', method };
}
const approval = (method: string) => ({
  outcome: 'ok',
  chargeId: chargeIdOf(`pay_${method}:capture`),
  amount: 100,
  currency: 'EUR',
});

it.each([
  ['tok_declined', 'card_declined'],
  ['tok_insufficient_funds', 'insufficient_funds'],
  ['tok_something_else', 'invalid_method'],
])('declines %s with %s, also when asked', async (method, code) => {
  const sandbox = new InProcessSandbox();
  expect(await sandbox.perform(call(method), patient)).toEqual({ outcome: 'declined', code });
  expect(await sandbox.get(call(method))).toEqual({ outcome: 'declined', code });
});

it('approves tok_visa with the same charge id in every process', async () => {
  const answers = await Promise.all(
    [1, 2].map(() => new InProcessSandbox().perform(call('tok_visa'), patient)),
  );
  expect(answers).toEqual([approval('tok_visa'), approval('tok_visa')]);
});

it('takes the money of tok_unknown without saying so, and says so when asked', async () => {
  const sandbox = new InProcessSandbox();
  expect(await sandbox.perform(call('tok_unknown'), patient)).toMatchObject({ outcome: 'unknown' });
  expect(await sandbox.get(call('tok_unknown'))).toEqual(approval('tok_unknown'));
});

it('fails once with tok_error_once, and approves the repeat', async () => {
  const sandbox = new InProcessSandbox();
  const asked = call('tok_error_once');
  expect(await sandbox.perform(asked, patient)).toMatchObject({ outcome: 'unknown' });
  expect(await sandbox.get(asked)).toEqual({ outcome: 'absent' });
  expect(await sandbox.perform(asked, patient)).toEqual(approval('tok_error_once'));
  expect(await sandbox.get(asked)).toEqual(approval('tok_error_once'));
});

it('always fails with tok_error, and has never heard of it', async () => {
  const sandbox = new InProcessSandbox();
  for (let i = 0; i < 3; i++) {
    expect(await sandbox.perform(call('tok_error'), patient)).toMatchObject({ outcome: 'unknown' });
  }
  expect(await sandbox.get(call('tok_error'))).toEqual({ outcome: 'absent' });
});

it('stops waiting with tok_slow when nobody waits for it', async () => {
  const deadline = new AbortController();
  const slow = new InProcessSandbox().perform(call('tok_slow'), deadline.signal);
  deadline.abort();
  await expect(slow).rejects.toMatchObject({ name: 'AbortError' });
});

it.each(['void', 'refund'] as const)('always grants a %s', async (operation) => {
  const sandbox = new InProcessSandbox();
  expect(await sandbox.perform(call('tok_unknown', operation), patient)).toMatchObject({ outcome: 'ok' });
});
