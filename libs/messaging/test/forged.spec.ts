import { EXCHANGES, type Role } from '../src/index.js';
import { refusalOf, TestClient } from './client.js';
import { member, Scene, until } from './scene.js';
import { echo, textsOf } from './service.js';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene.close());

const both = () => ['one', 'two'].map((text) => member({ data: { text } }));
/** What only the broker should write, and senders can as well. */
const KILLED = { headers: { 'x-delivery-count': 7 } };

/** The reply queue of a client, as its next question tells everybody who listens. */
async function replyKeyOf(client: TestClient): Promise<string> {
  await scene.channel.assertQueue('spy', { exclusive: true });
  await scene.channel.bindQueue('spy', EXCHANGES.rpc, 'stock');
  await client.ask('tea');
  const copy = await scene.channel.get('spy', { noAck: true });
  if (!copy) throw new Error('nobody was asked');
  return copy.properties.replyTo as string;
}

describe('a service with a user of its own', () => {
  let urls: Readonly<Record<Role, string>>;
  beforeEach(async () => {
    urls = await scene.broker.users();
    // The contracts of these tests are not those of the product: only the names of the users are in question.
    const everything = { configure: '.*', write: '.*', read: '.*' };
    for (const role of ['gateway', 'stock'] as const) {
      const { username } = new URL(urls[role]);
      const { broker } = scene;
      await broker.manage('PUT', `/api/permissions/${broker.vhost}/${username}`, everything);
      await broker.manage('DELETE', `/api/topic-permissions/${broker.vhost}/${username}`);
    }
  });

  it('takes what is told by whose it is to tell, and by nobody else', async () => {
    const service = await scene.service({ url: urls.stock });
    const administrator = { userId: decodeURIComponent(new URL(scene.broker.url).username) };
    scene.put('commands', [member({ data: { text: 'by an administrator' } })], administrator);
    scene.put('commands', [member({ data: { text: 'by nobody' } })]);
    const [letter] = await scene.deadLetters(1);
    expect(letter).toMatchObject({ reason: 'forged' });
    expect(letter?.headers['x-error']).toContain('nobody does not send stock.work.v1');
    await until('the other is taken', () => service.taken.length === 1);
    expect(textsOf(service.taken)).toEqual(['by an administrator']);
  });

  it('does not sign the parts of what others have forged', async () => {
    const service = await scene.service({ url: urls.stock });
    scene.put('commands', both(), KILLED);
    const letters = await scene.deadLetters(2);
    expect(letters.map(({ reason }) => reason)).toEqual(['forged', 'forged']);
    expect(service.taken).toEqual([]);
  });

  it('answers the gateway only', async () => {
    const service = await scene.service({ url: urls.stock });
    const [gateway, other] = [await scene.client(urls.gateway), await scene.client(scene.broker.url)];
    expect(await gateway.ask('tea')).toEqual({ text: 'tea' });
    expect(await other.ask('by an administrator')).toEqual({ text: 'by an administrator' });
    const body = Buffer.from(JSON.stringify([member({ type: echo.name, deadline: Date.now() + 10_000 })]));
    scene.channel.publish(EXCHANGES.rpc, 'stock', body);
    expect(await scene.deadLetters(1)).toMatchObject([{ reason: 'forged' }]);
    expect(textsOf(service.asked)).toEqual(['tea', 'by an administrator']);
  });
});

describe('a message that says it has killed, but has not', () => {
  it('is answered as any other in a queue that does not count deaths', async () => {
    await scene.service();
    const client = await scene.client();
    const replyTo = await replyKeyOf(client);
    const questions = both().map((one) => ({ ...one, type: echo.name, deadline: Date.now() + 10_000 }));
    scene.channel.publish(EXCHANGES.rpc, 'stock', Buffer.from(JSON.stringify(questions)), {
      replyTo,
      ...KILLED,
    });
    await until('both are answered', () => client.notes.count('waybill_rpc_late_replies_total') === 2);
  });
});

describe('a reply that is none', () => {
  it.each([
    ['null', null],
    ['a refusal of null', { refused: null }],
    ['a refusal without details', { refused: { code: 'internal-error' } }],
    ['a refusal with a code of an odd name', { refused: { code: 'constructor', details: {} } }],
    ['an answer of another type', { ok: 'tea' }],
    ['a notice without data', { notice: 'TEA' }],
  ])('is left alone: %s', async (_, reply) => {
    await scene.service();
    const client = await scene.client();
    const replyTo = await replyKeyOf(client);
    client.rpc.listen('stock', 'TEA', () => undefined);
    const late = refusalOf(client.ask('slow', 50)).catch(() => undefined);
    const body = JSON.stringify([reply && { id: 'msg_0.0', ...reply }, { id: 'msg_0.1', ok: {} }]);
    scene.channel.publish(EXCHANGES.reply, replyTo, Buffer.from(body));
    await until('it has come', () => client.notes.count('waybill_rpc_late_replies_total') >= 1);
    expect(client.notes.count('waybill_broker_connections_lost_total')).toBe(0);
    expect(await client.ask('tea')).toEqual({ text: 'tea' });
    await late;
  });
});
