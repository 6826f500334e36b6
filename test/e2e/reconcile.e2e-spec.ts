import { setTimeout as pause } from 'node:timers/promises';
import { HttpProvider } from '../../apps/payment/src/http-provider.client.js';
import { Oracle } from './oracle.js';
import { reconcileByHand } from './reconcile.js';
import { Shop } from './shop.js';

const SKU = 'TEA-LEDGER';

let oracle: Oracle;
let shop: Shop;

beforeAll(async () => {
  oracle = await Oracle.open();
  const env = { ...oracle.env, LEDGER_CHECK_INTERVAL_MS: '200', RECONCILE_INTERVAL_MS: '200' };
  shop = await Shop.open({ env });
  await shop.client().stocked(SKU, 1_000);
});
afterAll(async () => {
  await shop?.close();
  await oracle?.close();
});

const found = () => shop.stack.of('payment').metric('waybill_reconcile_differences');
const told = () =>
  shop.stack.of('payment').logLines.filter(({ level, what }) => level === 'error' && what !== undefined);

const byHand = (...args: readonly string[]) => reconcileByHand(shop, ...args);

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come about');
    await pause(50);
  }
}

test('books that say the same differ nowhere, also while money moves', async () => {
  const methods = ['tok_visa', 'tok_unknown', 'tok_declined', 'tok_error_once'];
  for (let i = 0; i < 20; i++)
    await shop.client().place({ sku: SKU, method: methods[i % 4] as string, wait: 0 });
  await shop.expectSound();
  await pause(500);
  expect([await found(), told()]).toEqual([0, []]);
  expect(await byHand('--json')).toEqual({ code: 0, out: '' });
});

test('what the provider gave back past us is found, named once in the log, and listed by hand', async () => {
  const { body } = await shop.client().place({ sku: SKU, method: 'tok_visa' });
  const paymentId = String(body.paymentId);
  await shop.expectSound();
  const key = 'by-somebody-else:refund';
  const money = { amount: 300, currency: 'EUR' };
  const call = { key, operation: 'refund', paymentId, chargeId: null, method: 'tok_visa', ...money } as const;
  await new HttpProvider(oracle.sandbox.url).perform(call, AbortSignal.timeout(30_000));

  await until(async () => (await found()) === 1);
  await pause(1_000);
  const difference = { paymentId, what: key, ours: null, theirs: '300 EUR' };
  expect(told()).toHaveLength(1);
  expect(told()[0]).toMatchObject(difference);
  const { code, out } = await byHand('--json');
  expect([code, JSON.parse(out)]).toEqual([1, difference]);
  expect((await byHand('--to', '2026-01-01T00:00:00Z')).code).toBe(0);
});

test('a time that is none is refused by name', async () => {
  const { code, out } = await byHand('--from', 'yesterday');
  expect([code, out]).toEqual([2, expect.stringContaining('--from is no time: yesterday')]);
});
