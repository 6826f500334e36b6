import { type Operation, type ProviderCall } from '../provider.js';
import { KnownActions } from './action.js';
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

describe('tok_3ds', () => {
  const opened = (operation: Operation = 'capture') => {
    const sandbox = new InProcessSandbox({
      actions: new KnownActions(),
      publicUrl: 'http://127.0.0.1:1',
      actionMs: 60_000,
    });
    return {
      sandbox,
      asked: call('tok_3ds', operation),
      perform: (one: ProviderCall) => sandbox.perform(one, patient),
    };
  };
  const ASKS = {
    outcome: 'action',
    chargeId: chargeIdOf('pay_tok_3ds:capture'),
    url: 'http://127.0.0.1:1/sandbox/actions/pay_tok_3ds',
    expiresAt: expect.any(String),
  };
  const calledOff = (asked: ProviderCall): ProviderCall => ({
    ...asked,
    key: 'pay_tok_3ds:void',
    operation: 'void',
  });

  it('waits for the customer, and takes the money when she approves', async () => {
    const { sandbox, asked, perform } = opened();
    expect(await sandbox.get(asked)).toEqual({ outcome: 'absent' });
    expect(await perform(asked)).toEqual(ASKS);
    // As it is asked for later: with the id of what was begun.
    const later = { ...asked, chargeId: ASKS.chargeId };
    expect([await perform(asked), await sandbox.get(later)]).toEqual([ASKS, ASKS]);
    await sandbox.decide(asked.paymentId, 'approved');
    await sandbox.decide(asked.paymentId, 'declined');
    for (const answer of [await perform(asked), await sandbox.get(later)])
      expect(answer).toEqual(approval('tok_3ds'));
  });

  it('is declined when she declines, or has not decided in time', async () => {
    const { sandbox, asked, perform } = opened();
    await perform(asked);
    await sandbox.decide(asked.paymentId, 'declined');
    expect(await sandbox.get(asked)).toEqual({ outcome: 'declined', code: 'authentication_failed' });
    const late = new InProcessSandbox({ actions: new KnownActions(), publicUrl: '', actionMs: -1 });
    await late.perform(asked, patient);
    await late.decide(asked.paymentId, 'approved');
    expect(await late.get(asked)).toEqual({ outcome: 'declined', code: 'action_expired' });
  });

  it('is called off by a void, unless she was faster', async () => {
    const first = opened();
    await first.perform(first.asked);
    const none = { outcome: 'declined', code: 'nothing_to_void' };
    expect(await first.perform(calledOff(first.asked))).toEqual(none);
    await first.sandbox.decide(first.asked.paymentId, 'approved');
    expect(await first.sandbox.get(first.asked)).toEqual({ outcome: 'declined', code: 'called_off' });

    for (const [operation, answer] of [
      ['capture', none],
      ['authorize', { outcome: 'ok' }],
    ] as const) {
      const second = opened(operation);
      await second.perform(second.asked);
      await second.sandbox.decide(second.asked.paymentId, 'approved');
      expect(await second.perform(calledOff(second.asked))).toMatchObject(answer);
      expect(await second.sandbox.get(second.asked)).toMatchObject({ outcome: 'ok' });
    }
  });

  it('captures what was authorized without asking again', async () => {
    const { sandbox, asked, perform } = opened('authorize');
    await perform(asked);
    await sandbox.decide(asked.paymentId, 'approved');
    const capture = { ...call('tok_3ds'), chargeId: chargeIdOf(asked.key) };
    expect(await perform(capture)).toMatchObject({ outcome: 'ok' });
  });
});
