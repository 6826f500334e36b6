import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type ProcessName } from '#testing';
import { SERVICES } from './books.js';
import { type Client } from './client.js';
import { withFullHands } from './full-hands.js';
import { Load } from './load.js';
import { expectNothingLost } from './nothing-lost.js';
import { Shop } from './shop.js';

const SKUS = ['A', 'B', 'C'];
/** How long what is in hand is held up after the signal. */
const STOPPING_MS = 200;

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open({ env: { LOG_LEVEL: 'debug' } });
  client = shop.client();
  for (const sku of SKUS) await client.stocked(sku, 100_000);
});
afterAll(() => shop?.close());

const order = (n: number) => ({ sku: SKUS[n % SKUS.length] as string, method: 'tok_visa' });

/** Messages that a service has handled more than once: what was in hand, was finished, and came again nevertheless. */
function handledAgain(): string[] {
  const lines = SERVICES.flatMap((service) => shop.stack.all(service)).flatMap(({ logLines }) => logLines);
  const ids = lines
    .filter(({ msg }) => msg === 'handled')
    .map(({ service, messageId }) => `${service} ${String(messageId)}`);
  return ids.filter((id, i) => ids.indexOf(id) !== i);
}

test.each<ProcessName>(['gateway', ...SERVICES])(
  'SIGTERM to %s under load finishes what is in hand, exits with 0, and leaves nothing to be done again',
  async (name) => {
    const load = new Load(client, { orders: 200, clients: 8, order });
    await load.reached(60);
    let exit: Promise<number | null> | undefined;
    await withFullHands(shop, name === 'gateway' ? SERVICES : [name], async () => {
      exit = shop.stack.of(name).stop();
      await pause(STOPPING_MS);
      // It waits for what it has in hand.
      expect(shop.stack.of(name).isRunning).toBe(true);
    });
    expect(await exit).toBe(0);
    await shop.stack.of(name).start();
    await expectNothingLost(shop, load);
    expect(load.accepted.size).toBe(200);
    // A gateway that is gone refuses connections. A service that is gone makes the gateway answer 503, never 504 or 500.
    const allowed =
      name === 'gateway' ? ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', '503'] : ['503'];
    expect(load.failures.filter((failure) => !allowed.includes(failure))).toEqual([]);
    expect(handledAgain()).toEqual([]);
    const lines = shop.stack.of(name).logLines;
    expect(lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    expect(lines.filter(({ msg }) => msg === 'stopped')).toHaveLength(1);
  },
);

test('a connection over which nothing is asked does not keep a gateway from stopping', async () => {
  const gateway = shop.stack.of('gateway');
  const idle = connect(gateway.port, '127.0.0.1').on('error', () => undefined);
  await once(idle, 'connect');
  const begun = performance.now();
  expect(await gateway.stop()).toBe(0);
  expect(performance.now() - begun).toBeLessThan(10_000);
  idle.destroy();
  await gateway.start();
});

test('with two of each, one after the other may be stopped and started again without one failed request', async () => {
  await Promise.all((['gateway', ...SERVICES] as const).map((name) => shop.stack.add(name)));
  // As behind a load balancer that has taken the first one out.
  const through = shop.client({ url: shop.stack.of('gateway', 1).url });
  const load = new Load(through, { orders: 400, clients: 8, order });
  await load.reached(40);
  for (const name of ['gateway', ...SERVICES] as const) {
    expect(await shop.stack.of(name).stop()).toBe(0);
    await shop.stack.of(name).start();
  }
  await expectNothingLost(shop, load);
  expect(load.failures).toEqual([]);
  expect(handledAgain()).toEqual([]);
});
