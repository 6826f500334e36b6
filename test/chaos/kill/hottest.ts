import { setTimeout as pause } from 'node:timers/promises';
import { Load } from '../../e2e/load.js';
import { type Scene } from './scene.js';
import { type Death, Victim } from './victim.js';

const SKU = 'HOTTEST';
const ON_HAND = 60;
const ORDERS = 90;
const REPLICAS = 3;
const TOUCH_MS = 20;

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
export async function sellTheHottest(scene: Scene): Promise<Hottest> {
  const { shop, client } = scene;
  await client.stocked(SKU, ON_HAND);
  while (shop.stack.all('stock').length < REPLICAS) await shop.stack.add('stock');
  const [dying, ...others] = shop.stack.all('stock') as [Dying, ...Dying[]];
  const victim = await Victim.arm(dying, { process: 'stock', point: 'loop.before-commit', passing: 1 });
  const load = new Load(client, {
    orders: ORDERS,
    clients: 12,
    order: (n) => ({ sku: SKU, method: 'tok_visa', wait: n % 3 }),
  });
  if (!(await diesOfConflict(scene, dying, load))) await victim.spare();
  await load.done();
  const death = await victim.death;
  await scene.expectHealed();
  const { onHand, reserved } = await client.stock(SKU);
  const statuses: Record<string, number> = {};
  for (const id of load.accepted.values()) {
    const { status } = await client.order(id);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return {
    death,
    statuses,
    level: { onHand, reserved },
    handled: await Promise.all(others.map((service) => service.metric('waybill_messages_total'))),
    unexpected: load.unexpected,
  };
}

type Dying = ReturnType<Scene['shop']['stack']['of']>;

/** Until it has died, the row changes as by yet another replica: whoever remembers it has a conflict. */
async function diesOfConflict({ shop }: Scene, dying: Dying, load: Load): Promise<boolean> {
  const over = new AbortController();
  const touch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await shop.books.rows('stock', 'update products set version = version + 1 where sku = $1', [SKU]);
      await pause(TOUCH_MS);
    }
  };
  const touching = touch();
  const hasDied = await Promise.race([dying.ended().then(() => true), load.done().then(() => false)]).finally(
    () => over.abort(),
  );
  await touching;
  return hasDied;
}
