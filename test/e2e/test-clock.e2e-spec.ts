import { setTimeout as pause } from 'node:timers/promises';
import { type ClockView, type OrderView, type TrialBalance } from '#contracts';
import { Shop } from './shop.js';

const MINUTES = 60;
/** With the grace that the order service has. */
const HOLD_MS = (15 * MINUTES + 31) * 1_000;
const PATH = '/v1/test/clock/advance';

let shop: Shop;

async function advance(seconds: number): Promise<Date> {
  const { status, text, body } = await shop.client().send<ClockView>('POST', PATH, { seconds });
  expect([status, text]).toEqual([200, expect.stringContaining('now')]);
  return new Date(body.now);
}

describe('a sandbox', () => {
  // The usual times: without the clock these tests would take more than a quarter of an hour.
  beforeAll(async () => {
    shop = await Shop.open({ env: { TEST_CLOCK: 'true' }, replicas: { order: 2, stock: 2, payment: 2 } });
  });
  afterAll(() => shop?.close());

  test('lets an unpaid order expire within a second of advance(15 min)', async () => {
    const client = shop.client();
    await client.stocked('UNPAID', 3);
    const { body } = await client.place({ sku: 'UNPAID', quantity: 3 });
    expect(body.status).toBe('awaiting_payment');
    const now = await advance(15 * MINUTES);
    expect(now.getTime()).toBeGreaterThanOrEqual(Date.parse(body.expiresAt as string) - 50);
    const order = await client.until(body.id, 'cancelled', 1_000);
    expect(order.reason).toMatchObject({ code: 'payment_expired' });
    // Each service has a clock of its own.
    expect(Date.parse(order.updatedAt)).toBeGreaterThanOrEqual(Date.parse(body.expiresAt as string) - 50);
    await shop.books.quiet();
    expect(await client.stock('UNPAID')).toMatchObject({ onHand: 3, reserved: 0 });
  });

  test('lets go of a hold that the order service has lost', async () => {
    const client = shop.client();
    await client.stocked('LOST', 1);
    const { body } = await client.place({ sku: 'LOST' });
    for (const order of shop.stack.all('order')) order.signal('SIGSTOP');
    try {
      await shop.books.rows('stock', 'update test_clock set ahead_ms = ahead_ms + $1', [HOLD_MS]);
      for (const deadline = Date.now() + 5_000; ; await pause(50)) {
        const { reserved } = await client.stock('LOST');
        if (reserved === 0) break;
        expect(Date.now()).toBeLessThan(deadline);
      }
    } finally {
      for (const order of shop.stack.all('order')) order.signal('SIGCONT');
    }
    await client.until(body.id, 'cancelled', 5_000);
  });

  test('is at the new time in every replica: what comes afterwards has its full time', async () => {
    const client = shop.client();
    await client.stocked('AFTER', 20);
    const now = await advance(3_600);
    const orders: OrderView[] = [];
    for (let i = 0; i < 10; i++) orders.push((await client.place({ sku: 'AFTER' })).body);
    for (const { status, expiresAt } of orders) {
      expect(status).toBe('awaiting_payment');
      expect(Date.parse(expiresAt as string)).toBeGreaterThan(now.getTime() + 14 * MINUTES * 1_000);
    }
    for (const { id } of orders) expect((await client.paid(id, 'tok_visa')).status).toBe('captured');
  });

  test('balances its accounts until its own time', async () => {
    const client = shop.client();
    await client.stocked('BOOKED', 1);
    const now = await advance(MINUTES);
    const { body } = await client.place({ sku: 'BOOKED', method: 'tok_visa' });
    expect(body.status).toBe('confirmed');
    const path = '/v1/ledger/trial-balance';
    const { at, totals } = await client.read<TrialBalance>(path);
    expect(totals).toEqual((await client.read<TrialBalance>(`${path}?at=2999-12-31T00:00:00Z`)).totals);
    expect(Date.parse(at)).toBeGreaterThanOrEqual(now.getTime() - 50);
  });

  test('refuses what is no time, and what is too far', async () => {
    const client = shop.client();
    for (const body of [{}, { seconds: 0 }, { seconds: -5 }, { seconds: 1.5 }, { seconds: 1e9 }]) {
      expect([body, (await client.send('POST', PATH, body)).status]).toEqual([body, 422]);
    }
  });

  test('keeps its books', () => shop.expectSound());
});

describe('elsewhere', () => {
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop?.close());

  test('there is no such route', async () => {
    const answer = await shop.client().send('POST', PATH, { seconds: 900 });
    expect([answer.status, answer.body.type]).toEqual([404, '/problems/route-not-found']);
  });
});
