import { type Observe } from '#messaging';
import { checks, watchReadiness } from './readiness.js';

/** What one round of the watch tells. */
async function told(shutdown: { readonly begun: boolean }): Promise<Parameters<Observe>[]> {
  const said: Parameters<Observe>[] = [];
  const rounds: ((stopped: AbortSignal) => Promise<unknown>)[] = [];
  const readiness = checks(shutdown as Parameters<typeof checks>[0], {
    database: async () => undefined,
    consumers: async () => {
      throw new Error('not every queue is consumed');
    },
  });
  watchReadiness(readiness, {
    workers: { every: (_work, round) => void rounds.push(round) },
    observe: (...all) => void said.push(all),
  });
  for (const round of rounds) await round(new AbortController().signal);
  return said;
}

test('what a process has and what it lacks is told as a metric', async () => {
  expect(await told({ begun: false })).toEqual([
    ['waybill_ready', { check: 'database' }, 1],
    ['waybill_ready', { check: 'consumers' }, 0],
    ['waybill_ready', { check: 'process' }, 1],
  ]);
});

test('a process that shuts down is not ready', async () => {
  expect((await told({ begun: true })).at(-1)).toEqual(['waybill_ready', { check: 'process' }, 0]);
});
