import { Workers } from './worker.js';

/** A worker whose rounds end as told, one after the other; then it is stopped. */
async function failuresOf(...fails: readonly boolean[]): Promise<{ told: number[]; warned: string[] }> {
  const told: number[] = [];
  const warned: string[] = [];
  let stop: () => Promise<unknown> = async () => undefined;
  let round = 0;
  await new Promise<void>((done) => {
    const workers = new Workers({
      logger: { warn: (fields) => void warned.push((fields as { worker: string }).worker) },
      shutdown: {
        on: (_phase, _name, work) => {
          stop = work;
        },
      },
      observe: (name, labels, value = 1) => {
        expect([name, labels]).toEqual(['waybill_worker_failures', { worker: 'sweep' }]);
        told.push(value);
        if (told.length === fails.length) done();
      },
    });
    workers.every({ name: 'sweep', intervalMs: 1 }, async () => {
      if (fails[round++]) throw new Error('no');
    });
  });
  await stop();
  return { told: told.slice(0, fails.length), warned };
}

test.each([
  ['it breaks off is no failure', (stopped: AbortSignal) => stopped.reason as Error, ['told', 'failures 0']],
  ['something else fails is one', () => new Error('no'), ['told', 'warned', 'failures 1']],
])('a round in hand is told of the shutdown, which waits for it; that %s', async (_, fails, expected) => {
  const heard: string[] = [];
  let stop: () => Promise<unknown> = async () => undefined;
  const begun = new Promise<void>((begin) => {
    const workers = new Workers({
      logger: { warn: () => void heard.push('warned') },
      shutdown: {
        on: (_phase, _name, work) => {
          stop = work;
        },
      },
      observe: (_name, _labels, value) => void heard.push(`failures ${value}`),
    });
    workers.every({ name: 'long', intervalMs: 1 }, (stopped) => {
      begin();
      return new Promise((_resolve, reject) => {
        stopped.addEventListener('abort', () => {
          heard.push('told');
          reject(fails(stopped));
        });
      });
    });
  });
  await begun;
  await stop();
  expect(heard).toEqual(expected);
});

test('a worker tells how many of its rounds have failed in a row, and goes on', async () => {
  const { told, warned } = await failuresOf(true, true, false, true);
  expect(told).toEqual([1, 2, 0, 1]);
  expect(warned).toEqual(['sweep', 'sweep', 'sweep']);
});
