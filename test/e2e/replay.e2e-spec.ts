import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'amqplib';
import { type Client } from './client.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;
let orders: string[];

beforeAll(async () => {
  shop = await Shop.open({ env: { RECONCILE_INTERVAL_MS: '200' } });
  client = shop.client();
  await client.stocked('TEA', 1_000);
  orders = [];
  for (let i = 0; i < 3; i++) {
    orders.push((await client.place({ sku: 'TEA', method: 'tok_visa' })).body.id);
    // Quiet is also the log: what one order says is not in one message with what the next one says.
    await shop.books.quiet();
  }
});
afterAll(() => shop?.close());

interface Printed {
  readonly code: number | null;
  readonly out: string[];
  readonly err: string;
}

function started(...args: string[]): ChildProcess {
  const env = { ...process.env, RABBITMQ_URL: shop.broker.url };
  return spawn(process.execPath, ['tools/replay.mjs', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function replay(...args: string[]): Promise<Printed> {
  const child = started(...args);
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk) => (out += chunk));
  child.stderr?.on('data', (chunk) => (err += chunk));
  const [code] = await once(child, 'close');
  return { code, out: out.split('\n').filter(Boolean), err };
}

interface Line {
  readonly offset: number;
  readonly at: string;
  readonly type: string;
  readonly source: string;
  readonly data: { readonly orderId: string };
}
const parsed = ({ out }: Printed): Line[] => out.map((line) => JSON.parse(line) as Line);

test('npm run replay prints every event of every service from the first one on, and says how many', async () => {
  const printed = await replay('--json');
  expect(printed).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^9 event\(s\), up to offset \d+\n$/),
  });
  for (const id of orders) {
    const types = parsed(printed).filter(({ data }) => data.orderId === id);
    expect(types.map(({ type, source }) => `${source}: ${type}`).sort()).toEqual([
      'order: order.confirmed.v1',
      'payment: payment.captured.v1',
      'stock: stock.reserved.v1',
    ]);
  }
  const offsets = parsed(printed).map(({ offset }) => offset);
  expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
});

test('it begins and ends where it is told to, and leaves out types that were not asked for', async () => {
  const all = parsed(await replay('--json'));
  const offsets = [...new Set(all.map(({ offset }) => offset))];
  const [first, last] = [offsets[1] as number, offsets.at(-2) as number];
  const between = await replay('--json', '--from', `offset:${first}`, '--to', `offset:${last}`);
  expect(parsed(between)).toEqual(all.filter(({ offset }) => offset >= first && offset <= last));
  const time = all[4]?.at as string;
  expect(parsed(await replay('--json', '--from', `time:${time}`))).toEqual(
    all.filter(({ at }) => at >= time),
  );
  expect(parsed(await replay('--json', '--to', `time:${time}`))).toEqual(all.filter(({ at }) => at < time));
  const confirmed = await replay('--type', 'order.*', '--limit', '2');
  expect(confirmed.out).toEqual([
    expect.stringMatching(new RegExp(`  order.confirmed.v1 .*"orderId":"${orders[0]}"`)),
    expect.stringMatching(new RegExp(`  order.confirmed.v1 .*"orderId":"${orders[1]}"`)),
  ]);
});

test('it follows what happens from now on, until it is interrupted', async () => {
  const child = started('--json', '--from', 'last', '--type', 'order.confirmed.v1', '--follow');
  let out = '';
  child.stdout?.on('data', (chunk) => (out += chunk));
  // What happens before it has begun to read may be behind it.
  const ids: string[] = [];
  for (const deadline = Date.now() + 30_000; !ids.some((id) => out.includes(id)); await pause(200)) {
    if (Date.now() > deadline) throw new Error(`none of ${ids.join(', ')} was printed: ${out}`);
    ids.push((await client.place({ sku: 'TEA', method: 'tok_visa' })).body.id);
  }
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([0, null]);
});

test('it feeds a queue with bundles as they were published, at a rate, and refuses one that is not there', async () => {
  const model = await connect(shop.broker.url);
  try {
    const channel = await model.createChannel();
    await channel.assertQueue('fed', { durable: false });
    const begun = performance.now();
    const fed = await replay('--feed', 'fed', '--limit', '5', '--rate', '10');
    expect(fed).toMatchObject({ code: 0, out: [], err: expect.stringMatching(/^5 event\(s\)/m) });
    expect(performance.now() - begun).toBeGreaterThan(400);
    const first = await channel.get('fed', { noAck: true });
    if (!first) throw new Error('nothing was fed');
    const { appId, type, messageId } = first.properties;
    expect(type).toMatch(new RegExp(`^${appId}\\.`));
    expect(JSON.parse(first.content.toString())).toMatchObject([{ id: `${messageId}.0`, type, attempt: 1 }]);
    expect((await channel.checkQueue('fed')).messageCount).toBe(4);
  } finally {
    await model.close();
  }
  const refused = await replay('--feed', 'nowhere');
  expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/There is no queue nowhere/) });
});

test('its words say what is wrong with what it was told', async () => {
  expect(await replay('--help')).toMatchObject({
    code: 0,
    out: expect.arrayContaining([expect.stringMatching(/--feed/)]),
  });
  const wrong = await replay('--from', 'yesterday');
  expect(wrong).toMatchObject({ code: 1, err: expect.stringMatching(/neither offset:<n> nor time/) });
});
