import { randomUUID } from 'node:crypto';
import { type OrderView } from '#contracts';
import { persist, until } from './persist.js';
import { PLENTY, type Scene } from './scene.js';
import { Tap } from './tap.js';
import { Victim } from './victim.js';

const AT_ONCE = 8;
const LAST_SAVE = `select id from outbox where type = 'order.cancelled.v1' or body like '%"stock.release.v1"%'`;
/** Members of different orders, mixed: every third of them, then the next ones. */
const GROUPS = 3;

/** Orders that are placed in one moment, so that their messages share bundles. */
async function placed({ client }: Scene, count: number, method = 'tok_visa'): Promise<string[]> {
  const placing = { sku: PLENTY, method, wait: 0 };
  const keys = Array.from({ length: count }, () => randomUUID());
  const answers = await Promise.all(keys.map((key) => persist(() => client.place({ ...placing, key }))));
  return answers.map(({ body }) => body.id);
}

async function expectEnded(
  scene: Scene,
  ids: readonly string[],
  status: OrderView['status'] = 'confirmed',
): Promise<void> {
  await scene.expectHealed();
  const orders = await Promise.all(ids.map((id) => scene.client.order(id)));
  expect(orders.map((order) => order.status)).toEqual(ids.map(() => status));
}

const levelOf = async ({ client }: Scene): Promise<object> => {
  const { onHand, reserved } = await client.stock(PLENTY);
  return { onHand, reserved };
};

/** Everything that stock was told of some orders, again: all in one bundle, then in bundles of other neighbours, then alone. */
export async function inAnotherGrouping(scene: Scene): Promise<void> {
  const tap = await Tap.open(scene.broker);
  const ids = await placed(scene, AT_ONCE);
  await expectEnded(scene, ids);
  const before = await levelOf(scene);
  const members = tap.commandsOf(ids);
  expect(members.length).toBe(2 * AT_ONCE);
  const stock = scene.shop.stack.of('stock');
  // Who died meanwhile would count from the beginning.
  await stock.crashAt('wait');
  const handled = () => stock.metric('waybill_messages_total');
  const handledBefore = await handled();
  tap.sendAgain(members.toReversed());
  for (let i = 0; i < GROUPS; i++) tap.sendAgain(members.filter((_, n) => n % GROUPS === i));
  for (const member of members) tap.sendAgain([{ ...member, attempt: 2 }]);
  await tap.close();
  let again = 0;
  await until('stock has read them all', async () => {
    again = (await handled()) - handledBefore;
    return again >= 3 * members.length;
  }).catch((error: Error) => {
    throw new Error(`${again} of ${3 * members.length}`, { cause: error });
  });
  await expectEnded(scene, ids);
  expect(await levelOf(scene)).toEqual(before);
}

/** A bundle returns because its consumer has died before the acknowledgement, and meanwhile each member comes alone, too. */
export async function aloneWhileItsBundleReturns(scene: Scene): Promise<void> {
  const tap = await Tap.open(scene.broker);
  tap.onHeard((members) => {
    for (const member of members) {
      if (member.type === 'stock.reserve.v1') tap.sendAgain([{ ...member, attempt: 2 }]);
    }
  });
  const cell = { process: 'stock', point: 'consumer.before-ack', passing: 1 } as const;
  const victim = await Victim.arm(scene.shop.stack.of('stock'), cell);
  const ids = await placed(scene, AT_ONCE);
  expect(await victim.death).toMatchObject(cell);
  await expectEnded(scene, ids);
  await tap.close();
}

/** Saved, and killed between two bundles of that save: one is out, the other is in the outbox only. */
export async function halfOfTheBundlesOut(scene: Scene): Promise<void> {
  const tap = await Tap.open(scene.broker);
  const order = scene.shop.stack.of('order');
  // Reserve, charge, and then the release, which leaves at once, and the word to all.
  await order.crashAt('relay.next-bundle:4');
  const [ids] = await Promise.all([
    placed(scene, 1, 'tok_declined'),
    (async () => {
      expect(await order.ended()).toBe('SIGKILL');
      // Nobody sends anything until it is back: what is on the wire now arrives, and no more.
      const left = await scene.shop.books.rows<{ id: string }>('order', LAST_SAVE);
      const out = () => left.filter(({ id }) => tap.ids.includes(id)).length;
      await until('the first bundle is out', async () => out() > 0);
      expect([out(), left.length]).toEqual([1, 2]);
      await order.start();
    })(),
  ]);
  await expectEnded(scene, ids, 'cancelled');
  await tap.close();
}
