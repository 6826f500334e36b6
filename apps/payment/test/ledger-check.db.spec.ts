import { reconcileLedgers } from '../src/ledger-check.worker.js';
import { type Period, type ProviderLedger } from '../src/provider.js';
import { payment, setUp } from './setup.js';

const here = setUp();
const { replica } = here;

const SKEW_MS = 300_000;

/** Keeps what it was asked for. */
function ledger(during: () => void = () => undefined) {
  const asked: Period[] = [];
  const fake: ProviderLedger = {
    movements: async (period) => {
      asked.push(period);
      during();
      return [];
    },
  };
  return { asked, fake };
}

it('asks for the time since a capture was asked for, however old its authorization is', async () => {
  const { id, charge, capture } = payment('tok_visa', 'manual');
  const service = replica();
  await service.handle(charge());
  const backThen = `now() - interval '6 days'`;
  await here.database.query(`update payments set created_at = ${backThen} where id = $1`, [id]);
  await here.database.query(`update payment_history set at = ${backThen} where payment_id = $1`, [id]);
  await service.handle(capture());
  const { asked, fake } = ledger();
  const now = Date.now();
  const period = { from: new Date(now - 60_000), to: new Date(now + 1_000) };
  const parts = { database: here.database, ledger: fake };
  const found = [];
  for await (const one of reconcileLedgers(parts, period, AbortSignal.timeout(10_000))) found.push(one);
  expect(found).toMatchObject([{ paymentId: id, theirs: null }]);
  expect(asked.map(({ from }) => from.getTime())).toEqual([period.from.getTime() - SKEW_MS]);
});

it('stops between two slices when nobody waits for it any more', async () => {
  const stopped = new AbortController();
  const { asked, fake } = ledger(() => stopped.abort());
  const period = { from: new Date(Date.now() - 3_600_000), to: new Date() };
  const parts = { database: here.database, ledger: fake };
  const compared = async () => {
    for await (const _ of reconcileLedgers(parts, period, stopped.signal));
  };
  await expect(compared()).rejects.toThrow('aborted');
  expect(asked).toHaveLength(1);
});
