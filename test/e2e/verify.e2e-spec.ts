import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { type DeadLetterSummary } from '#contracts';
import { type Client } from './client.js';
import { Shop } from './shop.js';

const SKU = 'TEA-001';
const NAME = 'every level is the sum of its movements';
const PATIENCE_MS = 60_000;

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open({ env: { INVARIANT_INTERVAL_MS: '200' } });
  client = shop.client();
  await client.stocked(SKU, 10);
  await client.place({ sku: SKU, quantity: 2, method: 'tok_visa' });
});
afterAll(() => shop?.close());

/** Somebody who corrects a level by hand, past the service: of what is free, so that nothing is oversold. */
const correctBy = (count: number) =>
  shop.books.rows('stock', 'update products set on_hand = on_hand + $2 where sku = $1', [SKU, count]);

describe('npm run verify', () => {
  it('says that all of it holds', async () => {
    const { code, output } = await verify();
    expect([code, output]).toEqual([0, expect.stringContaining('across the services')]);
  });

  it('names what is broken, with an example', async () => {
    await correctBy(5);
    const { code, output } = await verify('--always');
    await correctBy(-5);
    expect([code, output]).toEqual([1, expect.stringContaining(`stock A5 ${NAME}: 1 row, such as {"sku"`)]);
  });

  it('says which database is not there, without its password, and what to do', async () => {
    const STOCK_DATABASE_URL = 'postgres://waybill:secret@127.0.0.1:1/waybill_stock';
    const { code, output } = await verifyWith({ STOCK_DATABASE_URL });
    expect(code).toBe(2);
    expect(output).toContain(
      'the database of stock, postgres://127.0.0.1:1/waybill_stock, does not let us in',
    );
    expect(output).toContain('STOCK_DATABASE_URL');
    expect(output).not.toMatch(/secret|\.mjs:/);
  });

  it.each([
    [['--wait', 'long'], '--wait long is no number of seconds'],
    [['--nonsense'], "Unknown option '--nonsense'"],
  ])('takes %j for a mistake, not for broken books', async (args, words) => {
    const { code, output } = await verify(...args);
    expect([code, output]).toEqual([2, expect.stringContaining(words)]);
    expect(output).not.toContain('.mjs:');
  });

  it('says what it could not find out while something is under way', async () => {
    const id = 'msg_00000000000000000000000000';
    await shop.books.rows(
      'stock',
      `insert into outbox (id, exchange, routing_key, type, mandatory, body, lease_until)
       values ($1, 'none', 'none', 'none', true, '[]', now() + interval '1 hour')`,
      [id],
    );
    const { code, output } = await verify('--wait', '0');
    await shop.books.rows('stock', 'delete from outbox where id = $1', [id]);
    expect([code, output]).toEqual([
      2,
      expect.stringContaining('Not at rest: 1 messages in the outbox of stock'),
    ]);
  });
});

describe('a service that finds an invariant broken', () => {
  it('raises a metric and an entry among the failures, and again when that is said to be done too early', async () => {
    await correctBy(5);
    await until(async () => (await violations()) > 0);
    const [entry] = await failures();
    expect(entry).toMatchObject({
      service: 'stock',
      reason: 'invariant_violated',
      type: 'A5',
      error: `${NAME}: broken by 1 row`,
    });
    const path = `/ops/failures/stock/${entry?.id}`;
    await client.send('POST', `${path}/redrive`);
    await until(async () => (await failures()).length === 1);
    await correctBy(-5);
    await until(async () => (await violations()) === 0);
    const done = await client.send('POST', `${path}/redrive`);
    expect(done).toMatchObject({ status: 200, body: { status: 'redriven', queue: 'none' } });
  });
});

test('a worker whose rounds fail is told of by a metric, until one has not failed', async () => {
  const inARow = () => shop.stack.of('payment').metric('waybill_worker_failures', { worker: 'redrive' });
  await shop.books.rows('payment', 'alter table redrives rename to redrives_away');
  await until(async () => (await inARow()) >= 2);
  await shop.books.rows('payment', 'alter table redrives_away rename to redrives');
  await until(async () => (await inARow()) === 0);
});

test.each(['gateway', 'order', 'payment', 'stock'] as const)(
  '%s tells that it does its work',
  async (name) => {
    const ready = (check: string) => shop.stack.of(name).metric('waybill_ready', { check });
    await until(async () => (await ready('broker')) === 1 && (await ready('process')) === 1);
    expect(await ready('consumers')).toBe(name === 'gateway' ? 0 : 1);
  },
);

test('services tell how long what they have to say has waited, and how many orders are overdue', async () => {
  const tells = async (name: 'order' | 'payment' | 'stock', metric: string) =>
    (await (await fetch(`${shop.stack.of(name).url}/metrics`)).text()).includes(`\n${metric}{`);
  for (const name of ['order', 'payment', 'stock'] as const)
    await until(() => tells(name, 'waybill_outbox_oldest_seconds'));
  await until(() => tells('order', 'waybill_orders_overdue'));
});

/** About that invariant; the same correction breaks others too. */
async function failures(): Promise<DeadLetterSummary[]> {
  const { body } = await client.send<{ data: DeadLetterSummary[] }>('GET', '/ops/failures?service=stock');
  return body.data.filter(({ error }) => error.startsWith(NAME));
}

/** As the metric of the stock service says. */
async function violations(): Promise<number> {
  const text = await (await fetch(`${shop.stack.of('stock').url}/metrics`)).text();
  return Number(/^waybill_invariant_violations\{.*invariant="A5".*\} (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
}

/** As an operator runs it, against the databases of this shop. */
interface Verified {
  readonly code: number | string | null | undefined;
  readonly output: string;
}

const verify = (...args: string[]): Promise<Verified> => verifyWith({}, ...args);

function verifyWith(others: Record<string, string>, ...args: string[]): Promise<Verified> {
  const { ORDER_DATABASE_URL, PAYMENT_DATABASE_URL, STOCK_DATABASE_URL } = shop.stack.environment();
  const env = { ...process.env, ORDER_DATABASE_URL, PAYMENT_DATABASE_URL, STOCK_DATABASE_URL, ...others };
  return new Promise((resolve) => {
    execFile(process.execPath, ['tools/verify.mjs', ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, output: stdout + stderr }),
    );
  });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`it did not come about within ${PATIENCE_MS} ms`);
    await pause(50);
  }
}
