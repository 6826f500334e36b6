import { Load } from './load.js';
import { expectNothingLost } from './nothing-lost.js';
import { Oracle } from './oracle.js';
import { reconcileByHand } from './reconcile.js';
import { Shop } from './shop.js';

const METHODS = ['tok_visa', 'tok_visa', 'tok_declined', 'tok_unknown', 'tok_error_once'];
const ORDERS = 100;

let oracle: Oracle;
let shop: Shop;

beforeAll(async () => {
  oracle = await Oracle.open();
  shop = await Shop.open({
    env: { ...oracle.env, RECONCILE_INTERVAL_MS: '200', PROVIDER_TIMEOUT_MS: '1000' },
  });
  await shop.client().stocked('TEA', 100_000);
});
afterAll(async () => {
  await shop?.close();
  await oracle?.close();
});

const methodOf = (n: number): string => METHODS[n % METHODS.length] as string;
const phaseOf = (n: number): string => (methodOf(n) === 'tok_declined' ? 'cancelled' : 'confirmed');

function load(): Load {
  const order = (n: number) =>
    ({ sku: 'TEA', method: methodOf(n), capture: n % 2 === 0 ? 'automatic' : 'manual' }) as const;
  return new Load(shop.client(), { orders: ORDERS, clients: 16, order });
}

/** Our books, those of the provider, and the orders agree. */
async function expectOneCharge(placed: Load): Promise<void> {
  await expectNothingLost(shop, placed, phaseOf);
  const entries = await oracle.expectSameBooks(shop);
  expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length);
}

test('a kill -9 of payment in the middle of 100 orders charges nobody twice, and nobody too little', async () => {
  const placed = load();
  await placed.reached(30);
  await shop.stack.of('payment').kill();
  await shop.stack.of('payment').start();
  await expectOneCharge(placed);
});

test('a kill -9 of the provider in the middle of 100 orders leaves no payment unknown when it is back', async () => {
  const placed = load();
  await placed.reached(30);
  await oracle.sandbox.kill();
  await placed.reached(60);
  await oracle.sandbox.restart();
  await expectOneCharge(placed);
});

test('a provider that fails before and after the effect, says nothing, and is slow charges everybody once', async () => {
  await oracle.plan(
    { kind: 'fail_before', times: 15 },
    { kind: 'fail_after', times: 15 },
    { kind: 'silent_after', times: 10, ms: 1_500 },
    { kind: 'latency', times: 20, ms: 1_200 },
  );
  await expectOneCharge(load());
});

test('what payment and order forgot is nowhere: no payment without its order, no charge without its payment', async () => {
  const entries = await oracle.expectSameBooks(shop);
  expect(entries.filter(({ outcome }) => outcome === 'ok')).toHaveLength(3 * ORDERS * (4 / 5));
  expect(entries.filter(({ outcome }) => outcome === 'declined')).toHaveLength(3 * ORDERS * (1 / 5));
  expect(await reconcileByHand(shop, '--json')).toEqual({ code: 0, out: '' });
});
