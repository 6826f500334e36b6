import { Connection, Watchers } from '../src/index.js';
import { Notes } from './notes.js';
import { Scene, until } from './scene.js';
import { type TestService } from './service.js';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene.close());

/** One replica's list of who watches what. */
async function watchersAt(service: TestService): Promise<Watchers> {
  const { log, observe } = new Notes();
  const consuming = new Connection({ url: scene.broker.url, name: 'watching', log, observe });
  await consuming.open(5_000);
  const watchers = new Watchers({ service: 'stock', consuming, answers: service.answers });
  await watchers.start();
  scene.atEnd(async () => {
    watchers.stop();
    await consuming.close();
  });
  return watchers;
}

test('every replica of a service tells whoever watches, and greets it first', async () => {
  const service = await scene.service();
  const replicas = [await watchersAt(service), await watchersAt(service)];
  const client = await scene.client();
  const heard: object[] = [];
  client.rpc.listen('stock', 'TEA', (notice) => heard.push(notice));
  await client.rpc.watch('stock', ['TEA', 'COFFEE'], 30_000);
  await until('both have greeted', () => heard.length === 2);
  expect(heard).toEqual([{}, {}]);
  for (const [n, replica] of replicas.entries()) replica.tell('TEA', { n });
  await until('both have told', () => heard.length === 4);
  expect(heard.slice(2)).toEqual(expect.arrayContaining([{ n: 0 }, { n: 1 }]));
});

test('a watch that is renewed is not greeted again, and one that is not is forgotten', async () => {
  const watchers = await watchersAt(await scene.service());
  const client = await scene.client();
  const heard: object[] = [];
  client.rpc.listen('stock', 'TEA', (notice) => heard.push(notice));
  await client.rpc.watch('stock', ['TEA'], 30_000);
  await until('it is known', () => watchers.has('TEA'));
  await client.rpc.watch('stock', ['TEA'], 50);
  await client.rpc.watch('stock', ['COFFEE'], 50);
  await until('the second one is known', () => watchers.has('COFFEE'));
  expect(watchers.isIdle).toBe(false);
  await until('both are forgotten', () => watchers.isIdle);
  watchers.tell('TEA', { n: 1 });
  await client.rpc.watch('stock', ['TEA'], 30_000);
  await until('it is greeted as new', () => heard.length === 2);
  expect(heard).toEqual([{}, {}]);
});

test('who stops to listen hears nothing more, and what is no wish does no harm', async () => {
  const watchers = await watchersAt(await scene.service());
  const client = await scene.client();
  const heard: object[] = [];
  const stop = client.rpc.listen('stock', 'TEA', (notice) => heard.push(notice));
  // Longer than AMQP has a place for: told in one go with others, it would cost them their notice.
  const nowhere = { replyTo: 'x'.repeat(256), names: ['TEA'], forMs: 30_000 };
  const wishes = [null, [], { replyTo: 1 }, { replyTo: 'a', names: [1], forMs: 1 }, nowhere];
  for (const body of ['x', ...wishes.map((wish) => JSON.stringify(wish))]) {
    scene.channel.publish('waybill.watch', 'stock', Buffer.from(body));
  }
  await client.rpc.watch('stock', ['TEA'], 30_000);
  await until('it is greeted', () => heard.length === 1);
  watchers.tell('TEA', { n: 0 });
  await until('it is told', () => heard.length === 2);
  stop();
  watchers.tell('TEA', { n: 1 });
  expect(await client.rpc.expect('stock', 'nothing', 100).notice).toBeUndefined();
  expect(heard).toEqual([{}, { n: 0 }]);
});
