import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client } from '../e2e/client.js';

const PAUSE_MS = 100;
const PATIENCE_MS = 60_000;
const AT_ONCE = 8;

/** What happens to every fourth order, and the phase that it ends in. */
const KINDS = [
  { phase: 'confirmed', change: undefined },
  { phase: 'cancelled', change: (client: Client, id: string) => insist(client, `/v1/orders/${id}/cancel`) },
  { phase: 'fulfilled', change: fulfil },
  {
    phase: 'fulfilled',
    change: async (client: Client, id: string) => {
      await fulfil(client, id);
      const { lines } = await client.order(id);
      const back = lines.map(({ sku, quantity }) => ({ sku, quantity }));
      await insist(client, `/v1/orders/${id}/returns`, { lines: back });
    },
  },
] as const;

/** Cancels, sends and takes back orders, by their number, and remembers what must become of them. */
export class Changes {
  private readonly done = new Set<number>();

  get size(): number {
    return this.done.size;
  }

  /** Of the n-th order. */
  phaseOf = (n: number): string => (this.done.has(n) ? kindOf(n).phase : 'confirmed');

  /** Those of the accepted orders that have not changed yet, at most so many. */
  async make(client: Client, accepted: ReadonlyMap<number, string>, most: number): Promise<void> {
    const chosen = [...accepted].filter(([n]) => kindOf(n).change && !this.done.has(n)).slice(0, most);
    const one = async (): Promise<void> => {
      for (let next = chosen.shift(); next; next = chosen.shift()) {
        const [n, id] = next;
        await client.until(id, 'confirmed');
        await kindOf(n).change?.(client, id);
        this.done.add(n);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  }
}

const kindOf = (n: number): (typeof KINDS)[number] => KINDS[n % KINDS.length] as (typeof KINDS)[number];

function fulfil(client: Client, id: string): Promise<void> {
  return insist(client, `/v1/orders/${id}/fulfil`, {});
}

/** Tries again with the same key while it is told to. */
async function insist(client: Client, path: string, body?: object): Promise<void> {
  const headers = { 'idempotency-key': randomUUID() };
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    const answer = await client.send('POST', path, body, headers).catch((error: Error) => error);
    if (!(answer instanceof Error) && answer.status < 300) return;
    const words = answer instanceof Error ? answer.message : `${answer.status} ${answer.text}`;
    const mayPass = answer instanceof Error ? /fetch failed/.test(words) : [503, 504].includes(answer.status);
    if (!mayPass || Date.now() > deadline) throw new Error(`POST ${path}: ${words}`);
    await pause(PAUSE_MS);
  }
}
