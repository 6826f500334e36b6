import { setTimeout as pause } from 'node:timers/promises';
import { type Client } from '../e2e/client.js';

const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;

/** Enough of each for everybody. */
export const COMMON = ['A', 'B', 'C', 'D'];
/** Few of it: who comes late gets none. */
export const HOT = 'HOT';
/** So few in each place that an order may need several, and none are left now and then. */
export const SPREAD = 'SPREAD';
export const LOCATIONS = ['main', 'north', 'south'];

/** How many of a product lie where. Without locations all of it is in the one that there always is. */
const SHELVES: Readonly<Record<string, number | Readonly<Record<string, number>>>> = {
  ...Object.fromEntries(COMMON.map((sku) => [sku, 100_000])),
  [HOT]: 60,
  [SPREAD]: Object.fromEntries(LOCATIONS.map((location) => [location, 100])),
};

/** Products with so many on hand. Repeats what is not answered in time: nothing is broken yet, but much may run beside it. */
export async function fillShelves(client: Client): Promise<void> {
  for (const [sku, levels] of Object.entries(SHELVES)) {
    const product = { name: `Product ${sku}`, price: { amount: 1999, currency: 'EUR' } };
    await accepted(() => client.send('PUT', `/v1/products/${sku}`, product));
    for (const [location, delta] of Object.entries(typeof levels === 'number' ? { main: levels } : levels)) {
      await accepted(() => client.send('PUT', `/v1/locations/${location}`, { name: location }));
      const path = `/v1/stock/${sku}/adjustments`;
      const key = { 'idempotency-key': `shelf-${sku}-${location}` };
      // "received" is what the driver does.
      await accepted(() => client.send('POST', path, { delta, reason: 'correction', location }, key));
    }
  }
}

async function accepted(
  send: () => Promise<{ readonly status: number; readonly text: string }>,
): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await pause(PAUSE_MS)) {
    const { status, text } = await send();
    if (status < 300) return;
    if (Date.now() > deadline) throw new Error(`the shelves are empty: ${text}`);
  }
}
