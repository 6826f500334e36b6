import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ChannelModel, connect } from 'amqplib';
import {
  type DeadLetterGroup,
  type DeadLetterSummary,
  type DeadLetterView,
  newId,
  type RedriveView,
} from '#contracts';
import { EXCHANGES } from '#messaging';
import { type Client } from './client.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;
let forger: ChannelModel;

beforeAll(async () => {
  shop = await Shop.open();
  client = shop.client();
  forger = await connect(shop.broker.url);
  await client.stocked('TEA-001', 1_000);
});
afterAll(async () => {
  await forger?.close();
  await shop?.close();
});
/** What a test has left dead is given up: nobody waits for it. */
afterEach(async () => {
  for (const { service, id } of await letters()) {
    await client.send('POST', `/ops/failures/${service}/${id}/discard`, { reason: 'made by a test' });
  }
});

const letters = async (query = ''): Promise<DeadLetterSummary[]> =>
  (await client.read<{ data: DeadLetterSummary[] }>(`/ops/failures?limit=100${query}`)).data;
const groups = async (): Promise<DeadLetterGroup[]> =>
  (await client.read<{ data: DeadLetterGroup[] }>('/ops/failures/groups')).data;

/** The order service is told what cannot be: that stock refuses the commit of an order that nobody has paid. */
async function forge(orderIds: readonly string[]): Promise<void> {
  const channel = await forger.createConfirmChannel();
  for (const orderId of orderIds) {
    const member = {
      id: `${newId('msg')}.0`,
      type: 'stock.commit_refused.v1',
      causationId: null,
      requestId: 'req_forged',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      attempt: 1,
      data: { orderId },
    };
    const body = Buffer.from(JSON.stringify([member]));
    channel.publish(EXCHANGES.events, member.type, body, { appId: 'stock', messageId: newId('msg') });
  }
  await channel.waitForConfirms();
  await channel.close();
}

async function unpaid(count: number): Promise<string[]> {
  const placed = await Promise.all(Array.from({ length: count }, () => client.place({ sku: 'TEA-001' })));
  return placed.map(({ body }) => body.id);
}

async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const deadline = Date.now() + 20_000; ; await pause(50)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${what}`);
  }
}

const dead = (count: number) =>
  until(`${count} dead letters`, async () => {
    const found = await letters();
    return found.length === count && found;
  });

test('each queue has one consumer, where there is one process of each service', async () => {
  const consumers = await until('one consumer of each queue', async () => {
    const path = `/api/consumers/${shop.broker.vhost}`;
    const all = await shop.broker.manage<{ queue: { name: string } }[]>('GET', path);
    const names = all.map(({ queue }) => queue.name);
    return names.includes('order.dead') && new Set(names).size === names.length && names;
  });
  expect(consumers).toEqual(expect.arrayContaining(['order.dead', 'payment.dead', 'stock.dead']));
});

test('a message that cannot be handled is listed with its reason, its error and its body', async () => {
  const [orderId = ''] = await unpaid(1);
  await forge([orderId]);
  const [letter] = await dead(1);
  const error = `stock.commit_refused.v1 reached ${orderId}, which is awaiting_payment`;
  expect(letter).toMatchObject({
    service: 'order',
    queue: 'order.events',
    reason: 'defect',
    error,
    status: 'dead',
  });
  const view = await client.read<DeadLetterView>(`/ops/failures/order/${letter?.id}`);
  expect(JSON.parse(view.body)).toMatchObject([{ type: 'stock.commit_refused.v1', data: { orderId } }]);
  expect(view).toMatchObject({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', source: 'stock', actions: [] });
  expect(await shop.broker.peek('order.dead')).toEqual([]);
});

test('letters that died of the same thing are one group, whatever order they are about', async () => {
  await forge(await unpaid(3));
  await dead(3);
  expect(await groups()).toEqual([
    expect.objectContaining({
      service: 'order',
      count: 3,
      type: 'stock.commit_refused.v1',
      reason: 'defect',
    }),
  ]);
});

test('a letter is sent back once its cause is gone, and who did it can be read', async () => {
  const [orderId = ''] = await unpaid(1);
  await forge([orderId]);
  const [letter] = await dead(1);
  await client.send('POST', `/v1/orders/${orderId}/cancel`);
  const path = `/ops/failures/order/${letter?.id}`;
  const { status, body } = await client.send<DeadLetterView>('POST', `${path}/redrive`);
  expect([status, body.status]).toEqual([200, 'redriven']);
  expect(body.actions).toEqual([expect.objectContaining({ action: 'redrive', actor: 'test' })]);
  await shop.books.quiet();
  expect(await letters()).toEqual([]);
  const again = await client.send<DeadLetterView>('POST', `${path}/redrive`);
  expect([again.status, again.body.actions.length]).toEqual([200, 1]);
});

test('a letter that is sent back too early is dead again, beside the first', async () => {
  await forge(await unpaid(1));
  const [letter] = await dead(1);
  await client.send('POST', `/ops/failures/order/${letter?.id}/redrive`);
  const [again] = await dead(1);
  expect(again?.id).not.toBe(letter?.id);
  expect(again?.cause).toBe(letter?.cause);
});

test('a letter is given up with a reason, and stays to be read', async () => {
  await forge(await unpaid(1));
  const [letter] = await dead(1);
  const path = `/ops/failures/order/${letter?.id}`;
  const { body } = await client.send<DeadLetterView>('POST', `${path}/discard`, {
    reason: 'counted by hand',
  });
  expect(body.status).toBe('discarded');
  expect(body.actions).toEqual([expect.objectContaining({ action: 'discard', reason: 'counted by hand' })]);
  expect(await letters('&status=discarded')).toContainEqual(expect.objectContaining({ id: letter?.id }));
  const redriven = await client.send('POST', `${path}/redrive`);
  expect([redriven.status, redriven.body.type]).toEqual([409, '/problems/dead-letter-not-redrivable']);
});

test('a redrive stops when its canary dies again, and the others stay where they are', async () => {
  await forge(await unpaid(5));
  await dead(5);
  const { status, headers } = await client.send<RedriveView>('POST', '/ops/failures/order/redrives', {});
  expect(status).toBe(202);
  const progress = await until('it has stopped', async () => {
    const redrive = await client.read<RedriveView>(headers.get('location') ?? '');
    return redrive.status === 'stopped' && redrive;
  });
  expect(progress).toMatchObject({
    redriven: 1,
    left: 4,
    stoppedBecause: expect.stringMatching(/^the canary msg_/),
  });
  expect(await letters()).toHaveLength(5);
});

test('a redrive whose canary lives sends the whole group back, and nothing else', async () => {
  const orders = await unpaid(12);
  await forge(orders);
  await dead(12);
  await Promise.all(orders.map((id) => client.send('POST', `/v1/orders/${id}/cancel`)));
  const [group] = await groups();
  const request = { cause: group?.cause, perSecond: 100 };
  const { body } = await client.send<RedriveView>('POST', '/ops/failures/order/redrives', request);
  const second = await client.send('POST', '/ops/failures/order/redrives', request);
  expect([second.status, second.body.type]).toEqual([409, '/problems/redrive-in-progress']);
  const done = await until('it is done', async () => {
    const redrive = await client.read<RedriveView>(`/ops/failures/order/redrives/${body.id}`);
    return redrive.status === 'done' && redrive;
  });
  expect(done).toMatchObject({ redriven: 12, left: 0 });
  await shop.books.quiet();
  expect(await letters()).toEqual([]);
});

test('a redrive can be stopped', async () => {
  await forge(await unpaid(3));
  await dead(3);
  const request = { perSecond: 1, canary: false };
  const { body } = await client.send<RedriveView>('POST', '/ops/failures/order/redrives', request);
  const stopped = await client.send<RedriveView>('POST', `/ops/failures/order/redrives/${body.id}/stop`);
  expect([stopped.status, stopped.body.status]).toEqual([200, 'stopped']);
  expect(stopped.body.stoppedBecause).toBe('stopped by test');
  // One may have been sent back by then: it is dead again in a moment.
  await dead(3);
});

test('pages of the list end where they should, over all services', async () => {
  await forge(await unpaid(5));
  const all = (await dead(5)).map(({ id }) => id);
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { data: DeadLetterSummary[]; nextCursor: string | null } = await client.read(
      `/ops/failures?limit=2${cursor && `&cursor=${cursor}`}`,
    );
    seen.push(...page.data.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(all);
});

describe('npx waybill failed', () => {
  const run = promisify(execFile);
  const waybill = async (...args: string[]): Promise<{ code: number; out: string }> => {
    const env = { PATH: process.env.PATH, WAYBILL_URL: shop.stack.url, WAYBILL_API_KEY: shop.stack.apiKey };
    const argv = ['tools/waybill.mjs', 'failed', ...args];
    return run(process.execPath, argv, { env, timeout: 30_000 }).then(
      ({ stdout }) => ({ code: 0, out: stdout }),
      ({ code, stdout, stderr }) => ({ code, out: `${stdout}${stderr}` }),
    );
  };

  test('says that there is nothing', async () => {
    expect(await waybill('list')).toEqual({ code: 0, out: 'No dead letters.\n' });
  });

  test('shows what there is, sends a group back, and gives one up', async () => {
    const orders = await unpaid(3);
    await forge(orders);
    const [letter] = await dead(3);
    const { out } = await waybill('groups');
    expect(out).toMatch(/^ +3 {2}order +[0-9a-f]{12} {2}defect {2}stock\.commit_refused\.v1/);
    const shown = await waybill('show', 'order', String(letter?.id));
    expect(shown.out).toContain('which is awaiting_payment');
    const given = await waybill('discard', 'order', String(letter?.id), '--reason', 'made by a test');
    expect(given).toEqual({ code: 0, out: `${letter?.id} is given up.\n` });
    await Promise.all(orders.map((id) => client.send('POST', `/v1/orders/${id}/cancel`)));
    const sent = await waybill('redrive', 'order', '--all', '--per-second', '100', '--no-canary', '--json');
    expect([sent.code, JSON.parse(sent.out)]).toMatchObject([0, { status: 'done', redriven: 2, left: 0 }]);
  });

  test('ends with 3 when the canary came back', async () => {
    await forge(await unpaid(2));
    await dead(2);
    const { code, out } = await waybill('redrive', 'order', '--all');
    expect([code, out]).toEqual([
      3,
      expect.stringMatching(/^Stopped, for the canary msg_\w+ has come back: 1 sent back, 1 left/),
    ]);
  });

  test('tells wrong use and a refusal apart', async () => {
    expect(await waybill('redrive', 'order')).toMatchObject({
      code: 2,
      out: expect.stringContaining('Which?'),
    });
    const unknown = await waybill('show', 'order', newId('msg'));
    expect(unknown).toMatchObject({ code: 1, out: expect.stringContaining('No such dead letter') });
  });
});

test('a letter that cannot be kept yet neither holds up the end of its service nor is lost', async () => {
  const [orderId = ''] = await unpaid(1);
  const holder = await shop.books.pools.order.connect();
  try {
    await holder.query('begin');
    await holder.query('lock table dead_letters in exclusive mode');
    await forge([orderId]);
    const refused = 'a dead letter could not be kept yet; it is tried again';
    const order = shop.stack.of('order');
    await until('it is in hand', async () => order.logLines.some(({ msg }) => msg === refused));
    expect(await order.stop()).toBe(0);
  } finally {
    await holder.query('rollback');
    holder.release();
  }
  await shop.stack.of('order').start();
  expect(await dead(1)).toMatchObject([{ error: expect.stringContaining(orderId) }]);
});

test('bytes that are no message can be read and given up, not sent back', async () => {
  const channel = await forger.createConfirmChannel();
  channel.sendToQueue('stock.commands', Buffer.from(`tea ${randomUUID()}`), { appId: 'order' });
  await channel.waitForConfirms();
  const [letter] = await dead(1);
  expect(letter).toMatchObject({ service: 'stock', reason: 'malformed', type: null });
  const { status } = await client.send('POST', `/ops/failures/stock/${letter?.id}/redrive`);
  expect(status).toBe(409);
});
