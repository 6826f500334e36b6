import { type Provider } from '../src/provider.js';
import { sandbox, skipPause } from './replica.js';
import { payment, setUp } from './setup.js';

const PAYMENTS = 100;
const BREAKER = { failures: 10, pauseMs: 500 };
const setup = setUp();

/** The sandbox behind a line that can be cut. */
function behindLine(provider: Provider) {
  const line = { isCut: true, calls: 0 };
  const through = async <T>(call: () => Promise<T>): Promise<T> => {
    line.calls++;
    if (line.isCut) throw new Error('connect ECONNREFUSED');
    return call();
  };
  const reached: Provider = {
    perform: (call, signal) => through(() => provider.perform(call, signal)),
    get: (call, signal) => through(() => provider.get(call, signal)),
  };
  return { line, reached };
}

it('stops calling a provider that is down, declines nobody, and settles everything when it is back', async () => {
  const { line, reached } = behindLine(sandbox(setup.books));
  const replica = setup.replica(reached, BREAKER);
  const startedAt = Date.now();
  const payments = Array.from({ length: PAYMENTS }, () => payment());
  for (const { charge } of payments) await replica.handle(charge());
  const probes = Math.ceil((Date.now() - startedAt) / BREAKER.pauseMs);
  expect(line.calls).toBeLessThanOrEqual(BREAKER.failures + probes);
  expect(await statuses(payments)).toEqual(Array(PAYMENTS).fill('unknown'));

  line.isCut = false;
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline && (await statuses(payments)).includes('unknown')) {
    for (const { id } of payments) await skipPause(setup.database, id);
    await replica.reconcile();
  }
  expect(await statuses(payments)).toEqual(Array(PAYMENTS).fill('captured'));
  for (const { id } of payments) expect(await setup.operations(id)).toEqual(['capture 1999']);
});

async function statuses(payments: readonly { readonly id: string }[]): Promise<(string | undefined)[]> {
  return Promise.all(payments.map(({ id }) => setup.status(id)));
}
