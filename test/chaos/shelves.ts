import { setTimeout as pause } from 'node:timers/promises';
import { type Client } from '../e2e/client.js';

const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;

/** Products with so many on hand. Repeats what is not answered in time: nothing is broken yet, but much may run beside it. */
export async function fillShelves(client: Client, shelves: Readonly<Record<string, number>>): Promise<void> {
  for (const [sku, quantity] of Object.entries(shelves)) {
    const product = { name: `Product ${sku}`, price: { amount: 1999, currency: 'EUR' } };
    await accepted(() => client.send('PUT', `/v1/products/${sku}`, product));
    const path = `/v1/stock/${sku}/adjustments`;
    const adjustment = { delta: quantity, reason: 'received' };
    await accepted(() => client.send('POST', path, adjustment, { 'idempotency-key': `shelf-${sku}` }));
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
