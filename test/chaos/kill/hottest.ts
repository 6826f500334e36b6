import { Load } from '../../e2e/load.js';
import { Scene } from './scene.js';
import { type Death, Victim } from './victim.js';

const SKU = 'HOTTEST';
const ON_HAND = 60;
const ORDERS = 90;

export interface Hottest {
  readonly death: Death | undefined;
  readonly statuses: Readonly<Record<string, number>>;
  readonly level: object;
  /** Messages of each of those that did not die. */
  readonly handled: readonly number[];
  readonly unexpected: readonly string[];
}

/**
 * Three of the stock service and one SKU: what one of them saves makes the caches of the others stale, and their saves
 * conflict. One dies while it decides again, with the rows locked.
 */
export async function sellTheHottest(): Promise<Hottest> {
  const scene = await Scene.open({ stock: 3 });
  try {
    const { shop, client } = scene;
    await client.stocked(SKU, ON_HAND);
    const replicas = shop.stack.all('stock');
    const cell = { process: 'stock', point: 'loop.before-commit', passing: 1 } as const;
    const pids = replicas.map(({ pid }) => pid);
    const victims = await Promise.all(replicas.map((service) => Victim.arm(service, cell)));
    const first = Promise.race(victims.map((victim) => victim.death.then(() => victim)));
    const load = new Load(client, {
      orders: ORDERS,
      clients: 12,
      order: (n) => ({ sku: SKU, method: 'tok_visa', wait: n % 3 }),
    });
    const dead = await Promise.race([first, load.done().then(() => undefined)]);
    await Promise.all(victims.filter((victim) => victim !== dead).map((victim) => victim.spare()));
    await load.done();
    await scene.expectHealed();
    // Two may die in the same moment; who lives on has counted from the beginning.
    const others = replicas.filter(({ pid }, i) => pid === pids[i]);
    const handled = await Promise.all(others.map((service) => service.metric('waybill_messages_total')));
    const { onHand, reserved } = await client.stock(SKU);
    const statuses: Record<string, number> = {};
    for (const id of load.accepted.values()) {
      const { status } = await client.order(id);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    return {
      death: await dead?.death,
      statuses,
      level: { onHand, reserved },
      handled,
      unexpected: load.unexpected,
    };
  } finally {
    await scene.close();
  }
}
