import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'amqplib';
import { EXCHANGES } from '#messaging';
import { type LogLine } from '#testing';
import { SERVICES } from './books.js';
import { type Client, type Placing } from './client.js';
import { expectNoDeadLetters } from './nothing-lost.js';
import { Shop } from './shop.js';
import { COPIES, Shuffler } from './shuffler.js';

const REPLICAS = 2;
const QUEUES = ['order.events', 'payment.commands', 'stock.commands'];

/** What one customer does: places an order, and pays it with these methods, one after the other, as long as it is open. */
interface Story extends Placing {
  readonly sku: string;
  readonly pays?: readonly string[];
}

const STORIES: readonly (readonly [times: number, story: Story])[] = [
  [20, { sku: 'PLENTY', method: 'tok_visa' }],
  [10, { sku: 'PLENTY', method: 'tok_visa', capture: 'manual', quantity: 3 }],
  [10, { sku: 'PLENTY', method: 'tok_declined' }],
  [6, { sku: 'PLENTY', method: 'tok_insufficient_funds' }],
  [6, { sku: 'PLENTY', method: 'tok_unknown' }],
  [6, { sku: 'PLENTY', method: 'tok_error_once' }],
  [10, { sku: 'PLENTY' }],
  [10, { sku: 'PLENTY', pays: ['tok_visa'] }],
  [10, { sku: 'PLENTY', pays: ['tok_declined', 'tok_insufficient_funds', 'tok_unknown'] }],
  [6, { sku: 'PLENTY', pays: ['tok_declined'] }],
  [5, { sku: 'PLENTY', method: 'tok_visa', quantity: 1_000 }],
  [5, { sku: 'PLENTY', method: 'tok_visa', expectedTotal: { amount: 1, currency: 'EUR' } }],
  [3, { sku: 'PLENTY', method: 'tok_visa', currency: 'USD' }],
  [3, { sku: 'NONE-SUCH', method: 'tok_visa' }],
  // Ten are there: who gets them is chance, how many do is not.
  [30, { sku: 'SCARCE', method: 'tok_visa' }],
];

let shop: Shop;
let client: Client;

beforeAll(async () => {
  const replicas = { order: REPLICAS, payment: REPLICAS, stock: REPLICAS };
  shop = await Shop.open({ replicas, env: { LOG_LEVEL: 'debug', RECONCILE_INTERVAL_MS: '200' } });
  client = shop.client();
});
afterAll(() => shop?.close());

/** All stories at once, on SKUs of their own. */
async function run(prefix: string): Promise<void> {
  await client.stocked(`${prefix}-PLENTY`, 500);
  await client.stocked(`${prefix}-SCARCE`, 10);
  const stories = STORIES.flatMap(([times, story]) => Array.from({ length: times }, () => story));
  await Promise.all(stories.map((story) => tell(story, prefix)));
}

async function tell({ pays = [], sku, ...story }: Story, prefix: string): Promise<void> {
  const { body } = await client.place({ ...story, sku: `${prefix}-${sku}`, customerId: prefix });
  for (const method of pays) {
    await client.until(body.id, 'awaiting_payment');
    const { status } = await client.paid(body.id, method);
    expect(status).toBe(method === 'tok_unknown' || method === 'tok_visa' ? 'captured' : 'declined');
  }
}

interface FinalState {
  readonly orders: readonly string[];
  readonly levels: readonly object[];
}

/** Everything that stands in the books of a run, but for ids and times. */
async function finalState(prefix: string): Promise<FinalState> {
  const { books } = shop;
  const orders = await books.rows<{ id: string }>(
    'order',
    `select id, phase, total_amount as total, currency, money_returned, reason ->> 'code' as reason, version,
       replace(lines::text, $1, '') as lines, payment ->> 'method' as method
     from orders where customer_id = $1`,
    [prefix],
  );
  const ids = [orders.map(({ id }) => id)];
  const payments = await books.rows<{ orderId: string }>(
    'payment',
    `select p.order_id as "orderId", status, amount, currency, method, capture, authorized_amount, captured_amount,
       refunded_amount, decline_code, (select count(*) from ledger_transfers where payment_id = p.id) as transfers
     from payments p where order_id = any($1) order by method`,
    ids,
  );
  const reservations = await books.rows<{ orderId: string }>(
    'stock',
    `select r.order_id as "orderId", status, (select count(*) from movements where order_id = r.order_id) as movements
     from reservations r where order_id = any($1)`,
    ids,
  );
  const levels = await books.rows(
    'stock',
    'select on_hand, reserved from products where sku like $1 order by sku',
    [`${prefix}-%`],
  );
  const without = ({ orderId, ...rest }: { orderId: string }): object => (orderId ? rest : {});
  return {
    levels,
    orders: orders
      .map(({ id, ...order }) =>
        JSON.stringify([
          order,
          payments.filter(({ orderId }) => orderId === id).map(without),
          reservations.filter(({ orderId }) => orderId === id).map(without),
        ]),
      )
      .sort(),
  };
}

/** Lines that say that a message was handled, by all replicas of all services. Questions go past the shuffler. */
function handled(since: number): LogLine[] {
  const lines = SERVICES.flatMap((service) => shop.stack.all(service)).flatMap(({ logLines }) => logLines);
  const isQuestion = /^(order\.|stock\.(put|get|adjust|list)|payment\.get|\w+\.ping)/;
  return lines.filter(
    ({ msg, type, time }) =>
      msg === 'handled' && !isQuestion.test(String(type)) && Date.parse(String(time)) >= since,
  );
}

test('every message delivered three times, in shuffled order, to two replicas, leads where once does', async () => {
  await run('ONCE');
  await shop.expectSound();
  const once = await finalState('ONCE');

  const since = Date.now();
  const shuffler = await Shuffler.before(shop.broker, QUEUES);
  await run('THRICE');
  do {
    await shuffler.drained();
    await untilHandled(since, shuffler.delivered);
    await shop.expectSound();
    // Old news may be answered, and the answer becomes old news.
  } while (shuffler.deliverOldNews());
  await shuffler.close();

  expect(await finalState('THRICE')).toEqual(once);
  await expectNoDeadLetters(shop);
  expectShuffled(handled(since));
});

async function untilHandled(since: number, count: number): Promise<void> {
  for (const deadline = Date.now() + 60_000; handled(since).length < count; await pause(50)) {
    if (Date.now() > deadline) throw new Error(`${count} delivered, ${handled(since).length} handled`);
  }
}

/** Else the test would prove nothing. */
function expectShuffled(lines: readonly LogLine[]): void {
  const deliveries = Map.groupBy(lines, ({ messageId }) => String(messageId));
  expect(deliveries.size).toBeGreaterThan(400);
  for (const copies of deliveries.values()) expect(copies.length % COPIES).toBe(0);
  const atTwo = [...deliveries.values()].filter(
    (copies) => new Set(copies.map(({ instance }) => instance)).size > 1,
  );
  expect(atTwo.length).toBeGreaterThan(deliveries.size / 4);
  // Old news after the newer one: a reserve after the commit of its order, for example.
  const inTime = lines.toSorted((a, b) => Date.parse(String(a.time)) - Date.parse(String(b.time)));
  const committed = new Set<unknown>();
  let late = 0;
  for (const { type, orderId } of inTime) {
    if (type === 'stock.commit.v1') committed.add(orderId);
    else if (type === 'stock.reserve.v1' && committed.has(orderId)) late++;
  }
  expect(late).toBeGreaterThanOrEqual(committed.size);
}

test('whoever binds a queue to the facts hears each of them once, and takes it from nobody', async () => {
  const model = await connect(shop.broker.url);
  try {
    const channel = await model.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, EXCHANGES.events, '#');
    const heard: string[] = [];
    await channel.consume(queue, (message) => message && heard.push(message.content.toString()), {
      noAck: true,
    });
    await client.stocked('HEARD', 5);
    const { body } = await client.place({ sku: 'HEARD', method: 'tok_visa' });
    expect(body.status).toBe('confirmed');
    await shop.expectSound();
    const members = heard.flatMap(
      (bundle) => JSON.parse(bundle) as { id: string; type: string; data: { orderId: string } }[],
    );
    // What stays in the outbox for three seconds is published again, with the same ids.
    const facts = [...new Map(members.map((member) => [member.id, member])).values()];
    expect(facts.filter(({ data }) => data.orderId === body.id).map(({ type }) => type)).toEqual([
      'stock.reserved.v1',
      'payment.captured.v1',
      'order.confirmed.v1',
    ]);
  } finally {
    await model.close();
  }
});
