import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type DeadLetterSummary, newId, type OrderView, type ServiceName } from '#contracts';
import { EXCHANGES, type Role } from '#messaging';
import { type Client } from './client.js';
import { Forger, type Forgery } from './forger.js';
import { expectNoDeadLetters } from './nothing-lost.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;
let urls: Readonly<Record<Role, string>>;
const forgers: Forger[] = [];

beforeAll(async () => {
  shop = await Shop.open({ ownUsers: true });
  urls = shop.brokerUrls as Record<Role, string>;
  client = shop.client();
  await client.stocked('TEA', 1_000);
});
afterAll(async () => {
  for (const forger of forgers) await forger.close();
  await shop?.close();
});

async function as(role: Role): Promise<Forger> {
  const forger = await Forger.signedInAs(urls[role]);
  forgers.push(forger);
  return forger;
}

async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const deadline = Date.now() + 20_000; ; await pause(25)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${what}`);
  }
}

describe('with a user of the broker for each process', () => {
  it('an order is placed, paid, cancelled and told of as ever', async () => {
    const { body: paid } = await client.place({ sku: 'TEA', method: 'tok_visa' });
    expect(paid.status).toBe('confirmed');
    const { status } = await client.send('POST', `/v1/orders/${paid.id}/cancel`);
    expect(status).toBe(202);
    const { body: unpaid } = await client.place({ sku: 'TEA' });
    expect((await client.paid(unpaid.id, 'tok_visa')).status).toBe('captured');
    await until('the log tells of it', async () => {
      const { data } = await client.read<{ data: unknown[] }>('/v1/events?type=order.confirmed.v1');
      return data.length > 0;
    });
    await shop.expectSound();
    await expectNoDeadLetters(shop);
  });

  it('a queue that is deleted is made again by its service', async () => {
    await shop.broker.manage('DELETE', `/api/queues/${shop.broker.vhost}/stock.commands`);
    const { body } = await client.place({ sku: 'TEA', method: 'tok_visa', wait: 10 });
    const settled = await until('it is confirmed', async () => {
      const order = await client.order(body.id);
      return order.status === 'confirmed' && order;
    });
    expect(settled.id).toBe(body.id);
  });

  it('the event log can be read with a user that can do nothing else', async () => {
    const env = { ...process.env, RABBITMQ_URL: urls.reader };
    const { stdout } = await promisify(execFile)('node_modules/.bin/node', ['tools/replay.mjs', '--json'], {
      env,
    });
    expect(stdout).toContain('order.confirmed.v1');
  });
});

interface Attack {
  readonly what: string;
  readonly by: Exclude<Role, 'reader'>;
  readonly forgery: Omit<Forgery, 'data'>;
}

const CHARGE = 'payment.charge.v1';
const CAPTURED = 'payment.captured.v1';

/** What the broker itself does not let through. */
const REFUSED: Attack[] = [
  {
    what: 'a command',
    by: 'stock',
    forgery: { exchange: EXCHANGES.commands, key: 'payment', type: CHARGE },
  },
  {
    what: 'a command',
    by: 'gateway',
    forgery: { exchange: EXCHANGES.commands, key: 'payment', type: CHARGE },
  },
  {
    what: 'a fact of another',
    by: 'stock',
    forgery: { exchange: EXCHANGES.events, key: CAPTURED, type: CAPTURED },
  },
  {
    what: 'a question',
    by: 'order',
    forgery: { exchange: EXCHANGES.rpc, key: 'payment', type: 'payment.get.v1' },
  },
  { what: 'an answer', by: 'gateway', forgery: { exchange: EXCHANGES.reply, key: 'any', type: 'reply' } },
  {
    what: 'anything, past all exchanges',
    by: 'order',
    forgery: { exchange: '', key: 'payment.commands', type: CHARGE },
  },
  {
    what: 'a command in the name of another',
    by: 'payment',
    forgery: {
      exchange: EXCHANGES.retry,
      key: 'payment.commands',
      type: CHARGE,
      options: { userId: 'waybill_order' },
    },
  },
];

/** What goes through on the way of something else: whoever gets it knows better. */
const UNMASKED: (Attack & { readonly victim: ServiceName })[] = [
  {
    what: 'a fact of another among its own',
    by: 'stock',
    victim: 'order',
    forgery: { exchange: EXCHANGES.events, key: 'stock.reserved.v1', type: CAPTURED },
  },
  {
    what: 'a command as a retry',
    by: 'stock',
    victim: 'payment',
    forgery: { exchange: EXCHANGES.retry, key: 'payment.commands', type: CHARGE },
  },
  {
    what: 'a command as a retry that waits',
    by: 'stock',
    victim: 'payment',
    forgery: { exchange: EXCHANGES.delay, key: 'payment.commands.retry.1s', type: CHARGE },
  },
  {
    what: 'a command as a dead letter, for somebody to send back',
    by: 'stock',
    victim: 'payment',
    forgery: {
      exchange: EXCHANGES.dead,
      key: 'payment',
      type: CHARGE,
      options: { headers: { 'x-reason': 'defect', 'x-queue': 'payment.commands' } },
    },
  },
  {
    what: 'a command as a question',
    by: 'gateway',
    victim: 'payment',
    forgery: { exchange: EXCHANGES.rpc, key: 'payment', type: CHARGE },
  },
  {
    what: 'a fact that nobody has signed',
    by: 'stock',
    victim: 'order',
    forgery: {
      exchange: EXCHANGES.events,
      key: 'stock.expired.v1',
      type: 'stock.expired.v1',
      options: { userId: undefined },
    },
  },
];

describe('a process that tells what is not its to tell', () => {
  let order: OrderView;
  const about = () => ({
    paymentId: newId('pay'),
    orderId: order.id,
    amount: order.total,
    method: 'tok_visa',
    capture: 'automatic',
  });

  beforeAll(async () => {
    ({ body: order } = await client.place({ sku: 'TEA' }));
  });

  it.each(REFUSED)('is refused by the broker: $what, by $by', async ({ by, forgery }) => {
    await expect((await as(by)).send({ ...forgery, data: about() })).rejects.toThrow(
      /ACCESS_REFUSED|PRECONDITION_FAILED - user_id/,
    );
  });

  it.each(UNMASKED)('is found out by who gets it: $what, by $by', async ({ by, forgery, victim }) => {
    const id = await (await as(by)).send({ ...forgery, data: about() });
    const letter = await until('it is a dead letter', async () => {
      const sql = 'select id, reason from dead_letters where member_id = $1';
      return (await shop.books.rows<DeadLetterSummary>(victim, sql, [id]))[0];
    });
    expect(letter.reason).toBe('forged');
    const { status } = await client.send('POST', `/ops/failures/${victim}/${letter.id}/redrive`);
    expect(status).toBe(409);
  });

  it('has changed nothing', async () => {
    await shop.books.quiet();
    expect(await client.order(order.id)).toEqual(order);
    expect(
      await shop.books.rows('payment', 'select 1 from payments where order_id = $1', [order.id]),
    ).toEqual([]);
  });
});

describe('a process that answers in the place of another', () => {
  it('is not heard: the gateway waits for whom it has asked', async () => {
    const forger = await as('stock');
    const service = shop.stack.of('order');
    const before = await shop.stack.of('gateway').metric('waybill_rpc_forged_replies_total');
    const overheard = Promise.withResolvers<void>();
    await forger.overhear(EXCHANGES.rpc, 'order', (question) => {
      forger
        .answer(question, { ok: { id: 'ord_forged', status: 'confirmed' } })
        .then(overheard.resolve, overheard.reject);
    });
    service.signal('SIGSTOP');
    const placed = client.place({ sku: 'TEA', wait: 0, key: randomUUID() });
    await overheard.promise;
    await until('the gateway has got it', async () => {
      const forged = await shop.stack.of('gateway').metric('waybill_rpc_forged_replies_total');
      return forged > before;
    });
    service.signal('SIGCONT');
    const { status, body } = await placed;
    expect([status, body.status]).toEqual([201, 'pending']);
    expect(body.id).not.toBe('ord_forged');
  });
});
