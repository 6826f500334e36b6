import { setTimeout as pause } from 'node:timers/promises';
import { charge, PAY } from '../test/world.js';
import { type PaymentEffect, type ProviderEffect } from './effects.js';
import { type ProviderMessage } from './messages.js';
import { type Answer, type Found, type Provider, type ProviderCall } from './provider.js';
import { ProviderCalls, type ProviderCallsOptions, type Tell } from './provider-calls.client.js';

const call: ProviderCall = {
  key: `${PAY}:capture`,
  operation: 'capture',
  paymentId: PAY,
  chargeId: null,
  amount: 100,
  currency: 'EUR',
  method: 'tok_visa',
};
const APPROVAL: Answer = { outcome: 'ok', chargeId: 'ch_1', amount: 100, currency: 'EUR' };
const never = () => new Promise<never>(() => undefined);

/** Answers as told, and keeps what it was asked. */
function provider(
  perform: () => Promise<Answer>,
  found: Found = { outcome: 'absent' },
  more: Partial<Provider> = {},
) {
  const asked: string[] = [];
  const fake: Provider = {
    perform: ({ key }) => {
      asked.push(`perform ${key}`);
      return perform();
    },
    get: async ({ key }) => {
      asked.push(`get ${key}`);
      return found;
    },
    ...more,
  };
  return { asked, fake };
}

function calls(fake: Provider, more: Partial<ProviderCallsOptions> = {}) {
  const told: ProviderMessage[] = [];
  const logged: string[] = [];
  const counted: string[] = [];
  const states: Record<string, number | undefined> = {};
  const outcomes: string[] = [];
  const log = (_: object, text: string) => void logged.push(text);
  const made = new ProviderCalls({
    provider: fake,
    timeoutMs: 1_000,
    concurrency: 10,
    maxWaiting: 10,
    breaker: { failures: 5, pauseMs: 50 },
    log: { debug: log, info: log, warn: log, error: log },
    observe: (metric, labels, value) => {
      counted.push(metric);
      if (metric === 'waybill_provider_calls_total') outcomes.push(`${labels?.kind} ${labels?.outcome}`);
      if (metric === 'waybill_provider_breaker_state') states[labels?.kind ?? ''] = value;
    },
    ...more,
  });
  const tell: Tell = async (message) => {
    told.push(message);
    return [{ ok: null }];
  };
  return { made, told, logged, counted, states, outcomes, tell };
}

async function carryOut(
  fake: Provider,
  how: ProviderEffect['how'],
  more: Partial<ProviderCallsOptions> & { readonly tell?: Tell } = {},
) {
  const { made, told, tell, ...seen } = calls(fake, more);
  const effect: PaymentEffect = { kind: 'provider', how, call };
  made.start(effect, charge(), more.tell ?? tell);
  await made.drain();
  return { ...seen, told: told.map(({ type }) => type), messages: told };
}

it('tells the outcome, in the name of the message that asked for it', async () => {
  const { messages } = await carryOut(provider(async () => APPROVAL).fake, 'call');
  expect(messages).toMatchObject([
    {
      type: 'payment.provider_succeeded',
      source: 'payment',
      trace: { requestId: 'req_1' },
      data: { paymentId: PAY, operation: 'capture', chargeId: 'ch_1', amount: 100, currency: 'EUR' },
    },
  ]);
});

it('asks before it repeats, and repeats only what the provider has not heard of', async () => {
  const found = provider(async () => APPROVAL, APPROVAL);
  await carryOut(found.fake, 'settle');
  expect(found.asked).toEqual([`get ${call.key}`]);

  const absent = provider(async () => APPROVAL);
  await carryOut(absent.fake, 'settle');
  expect(absent.asked).toEqual([`get ${call.key}`, `perform ${call.key}`]);
});

describe('a call whose id was lost', () => {
  const lost = (whenLost: 'repeat' | 'search', perform: () => Promise<Answer>, more?: Partial<Provider>) =>
    provider(perform, undefined, { whenLost: () => whenLost, ...more });
  const spent: Answer = { outcome: 'unknown', reason: '500', answered: 'spent' };

  it('is repeated while its key stands, without a search', async () => {
    const { asked, fake } = lost('repeat', async () => APPROVAL);
    expect((await carryOut(fake, 'settle')).told).toEqual(['payment.provider_succeeded']);
    expect(asked).toEqual([`perform ${call.key}`]);
  });

  it('is searched when its key says nothing more, and never made again then', async () => {
    const { asked, fake } = lost('repeat', async () => spent);
    expect((await carryOut(fake, 'settle')).told).toEqual(['payment.provider_absent']);
    expect(asked).toEqual([`perform ${call.key}`, `get ${call.key}`]);
  });

  it('is not repeated where nothing may be taken any more', async () => {
    const { asked, fake } = lost('repeat', async () => APPROVAL);
    await carryOut(fake, 'look');
    expect(asked).toEqual([`get ${call.key}`]);
  });

  it("is searched for longer than a call may take, once for all who ask, and in nobody's way", async () => {
    let searches = 0;
    const get = async () => {
      searches++;
      await pause(50);
      return APPROVAL;
    };
    const { fake } = lost('search', async () => APPROVAL, { get });
    const { made, told, tell } = calls(fake, { timeoutMs: 20, concurrency: 1 });
    const settled = new Promise<void>((done) => {
      const both: Tell = async (message) => {
        if (message.type === 'payment.provider_succeeded' && told.length === 2) done();
        return tell(message);
      };
      for (const how of ['settle', 'look', 'call'] as const)
        made.start({ kind: 'provider', how, call }, charge(), both);
    });
    await settled;
    await made.drain();
    expect([searches, told.map(({ type }) => type)]).toEqual([
      1,
      Array(3).fill('payment.provider_succeeded'),
    ]);
    expect(made.guard.state).toBe('closed');
  });

  it('and is not found does not close the way to the provider for charges', async () => {
    const get = async () => ({ outcome: 'unknown', reason: 'late' }) as const;
    const { fake } = lost('search', async () => APPROVAL, { get });
    const { made, told, logged, states, tell } = calls(fake);
    for (let i = 0; i < 10; i++) {
      const another = { ...call, key: `${call.key}${i}` };
      made.start({ kind: 'provider', how: 'look', call: another }, charge(), tell);
    }
    await made.drain();
    expect(told).toHaveLength(10);
    expect(made.guard.state).toBe('closed');
    expect(states).toEqual({ call: 0, search: 2 });
    expect(logged).toContain('the breaker before the provider has changed');
  });

  it('is counted as a search, and what is called after one as a call', async () => {
    const searched = lost('repeat', async () => spent);
    expect((await carryOut(searched.fake, 'settle')).outcomes).toEqual(['search absent']);
    const called = lost('search', async () => APPROVAL);
    expect((await carryOut(called.fake, 'settle')).outcomes).toEqual(['call ok']);
    const quick = provider(async () => APPROVAL, APPROVAL);
    expect((await carryOut(quick.fake, 'settle')).outcomes).toEqual(['call ok']);
  });

  it('is given up at the end of the process', async () => {
    const get = (_: ProviderCall, signal: AbortSignal) =>
      new Promise<Found>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const { fake } = lost('search', async () => APPROVAL, { get });
    const startedAt = Date.now();
    const { told } = await carryOut(fake, 'look', { timeoutMs: 10_000 });
    expect(told).toEqual(['payment.provider_unknown']);
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });
});

it('only asks about a payment that is being cancelled', async () => {
  const { asked, fake } = provider(async () => APPROVAL);
  expect((await carryOut(fake, 'look')).told).toEqual(['payment.provider_absent']);
  expect(asked).toEqual([`get ${call.key}`]);
});

it.each([
  ['an error', () => Promise.reject(new Error('connection reset\u0000')), 'Error: connection reset?'],
  ['no answer', never, 'no answer in time'],
])('takes %s for an outcome that is not known', async (_, perform, reason) => {
  const { messages, logged } = await carryOut(provider(perform).fake, 'call', { timeoutMs: 10 });
  expect(messages).toMatchObject([{ type: 'payment.provider_unknown', data: { reason } }]);
  expect(logged).toEqual(['provider outcome unknown']);
});

it('does not wait for a turn longer than for an answer', async () => {
  const { made, told, tell } = calls(provider(never).fake, { concurrency: 1, timeoutMs: 10 });
  for (let i = 0; i < 3; i++) made.start({ kind: 'provider', how: 'call', call }, charge(), tell);
  await made.drain();
  expect(told.map(({ type }) => type)).toEqual(Array(3).fill('payment.provider_unknown'));
});

it('turns away what does not fit into its queue: the reconcile worker will come to it', async () => {
  const { asked, fake } = provider(never);
  const { made, told, tell } = calls(fake, { concurrency: 1, maxWaiting: 1, timeoutMs: 10 });
  for (let i = 0; i < 5; i++) made.start({ kind: 'provider', how: 'call', call }, charge(), tell);
  await made.drain();
  expect(asked.length).toBeLessThanOrEqual(2);
  expect(told).toHaveLength(5);
});

it('survives that telling fails', async () => {
  const tell = async () => [{ failed: new Error('database is gone') }];
  const { logged } = await carryOut(provider(async () => APPROVAL).fake, 'call', { tell });
  expect(logged).toEqual(['provider call lost']);
});

it('counts and logs a halted payment', () => {
  const { made, counted, logged, tell } = calls(provider(never).fake);
  made.start({ kind: 'alert', paymentId: PAY, reason: 'other amount' }, charge(), tell);
  expect(counted).toContain('waybill_payments_halted_total');
  expect(logged).toEqual(['payment halted: somebody has to look']);
});
