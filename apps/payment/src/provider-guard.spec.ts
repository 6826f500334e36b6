import { setTimeout as pause } from 'node:timers/promises';
import { type Found } from './provider.js';
import { type GuardOptions, ProviderGuard } from './provider-guard.client.js';

const OK: Found = { outcome: 'ok', chargeId: 'ch_1', amount: 1, currency: 'EUR' };
const PAUSE_MS = 200;

function guard(more: Partial<GuardOptions> = {}) {
  const breaker = { failures: 3, pauseMs: PAUSE_MS };
  return new ProviderGuard({ timeoutMs: 1_000, concurrency: 10, maxWaiting: 10, breaker, ...more });
}

/** Counts its calls, and answers as told. */
function provider(answer: () => Promise<Found>) {
  const one = {
    calls: 0,
    answer,
    ask: () => {
      one.calls++;
      return one.answer();
    },
  };
  return one;
}

afterEach(() => jest.restoreAllMocks());

const fails = () => Promise.reject(new Error('reset'));
const silent = () => new Promise<Found>(() => undefined);

async function ask(times: number, before: ProviderGuard, whom: ReturnType<typeof provider>) {
  const found: string[] = [];
  for (let i = 0; i < times; i++) {
    found.push((await before.ask(whom.ask)).outcome);
    // The breaker hears of a deadline a moment later than who waited.
    await pause(0);
  }
  return found;
}

it.each([
  ['throws', fails],
  ['says that it does not know', async (): Promise<Found> => ({ outcome: 'unknown', reason: '503' })],
  ['says nothing', silent],
])('leaves a provider alone that %s, and says "unknown" at once', async (_, answer) => {
  const down = provider(answer);
  const before = guard({ timeoutMs: 10, breaker: { failures: 3, pauseMs: 60_000 } });
  expect(await ask(10, before, down)).toEqual(Array(10).fill('unknown'));
  expect(down.calls).toBe(3);
  expect(before.state).toBe('open');
  expect(await before.ask(down.ask)).toEqual({
    outcome: 'unknown',
    reason: 'not called: the provider has not answered for a while',
  });
});

it('looks with one call whether it is back, and then asks as before', async () => {
  let now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  const states: string[] = [];
  const one = provider(fails);
  const before = guard();
  before.onChange((state) => states.push(state));
  await ask(5, before, one);
  now += PAUSE_MS;
  await ask(5, before, one);
  expect(one.calls).toBe(4);

  one.answer = async () => OK;
  now += PAUSE_MS;
  expect(await ask(3, before, one)).toEqual(['ok', 'ok', 'ok']);
  expect(states).toEqual(['open', 'half open', 'open', 'half open', 'closed']);
});

it.each(['pending', 'spent'] as const)(
  'takes "not known" that the provider has said for an answer: %s',
  async (answered) => {
    const slow = provider(async () => ({ outcome: 'unknown', reason: 'the refund is pending', answered }));
    const before = guard();
    await ask(10, before, slow);
    expect([slow.calls, before.state]).toEqual([10, 'closed']);
  },
);

it('takes declines and "absent" for answers', async () => {
  const declines = provider(async () => ({ outcome: 'declined', code: 'card_declined' }));
  const before = guard();
  await ask(10, before, declines);
  await ask(
    10,
    before,
    provider(async () => ({ outcome: 'absent' })),
  );
  expect([declines.calls, before.state]).toEqual([10, 'closed']);
});

it('lets one in when one leaves, and turns away who finds the queue full', async () => {
  const doors: (() => void)[] = [];
  const one = provider(() => new Promise((resolve) => doors.push(() => resolve(OK))));
  const before = guard({ concurrency: 1, maxWaiting: 1 });
  const asked = [1, 2, 3].map(() => before.ask(one.ask));
  expect(await asked[2]).toEqual({ outcome: 'unknown', reason: 'not called: too many calls are under way' });
  expect(one.calls).toBe(1);
  doors[0]?.();
  expect(await asked[0]).toEqual(OK);
  await pause(1);
  doors[1]?.();
  expect(await asked[1]).toEqual(OK);
  expect(before.state).toBe('closed');
});
