import { devNull } from 'node:os';
import { type OrderView } from '#contracts';
import { type Answer, Client } from '../e2e/client.js';
import { Driver } from './driver.js';
import { Journal } from './journal.js';
import { Random } from './random.js';
import { judge } from './verdict.js';

type Sent = Pick<Answer<unknown>, 'status' | 'body'>;

/** A driver whose requests are answered so. */
function driverOf(answer: (method: string, path: string) => Sent, patienceMs = 5_000): Driver {
  const client = new Client({ url: 'http://nobody.invalid', apiKey: '' });
  const send = async (method: string, path: string) => ({
    headers: new Headers(),
    text: '',
    ...answer(method, path),
  });
  Object.assign(client, { send });
  return new Driver(client, new Journal(devNull), new Random(1), Date.now() + patienceMs);
}

it('knows of no delivery that comes too late', async () => {
  const driver = driverOf(() => ({ status: 409, body: {} }));
  await driver.receive('tea', 'main', 80);
  expect(driver.journal.unexpected).toHaveLength(1);
});

it('takes a conflict of a transfer as an answer', async () => {
  const driver = driverOf(() => ({ status: 409, body: {} }));
  await driver.transfer('tea', { from: 'main', to: 'north', quantity: 8 });
  expect(driver.journal.unexpected).toEqual([]);
});

const payment = (status: string, capturedAmount = 0) => ({
  status: 200,
  body: { id: 'pay_1', status, capturedAmount },
});

it('does not do again what was accepted and forgotten', async () => {
  let posts = 0;
  const driver = driverOf((method) => {
    if (method === 'POST') posts++;
    return posts < 2 ? payment('authorized') : payment('captured', 200);
  }, 500);
  await driver.capture('pay_1', 200);
  expect(posts).toBe(1);
  const { counts } = judge('capture', driver.journal.attempts, new Map());
  expect(counts).toMatchObject({ lost: 1, recovered: 0 });
});

it.each([
  ['ok', payment('captured', 200)],
  ['refused', payment('voided')],
] as const)('reads that what was left open is %s', async (fate, end) => {
  const driver = driverOf((method) => (method === 'POST' ? payment('authorized') : end));
  await driver.capture('pay_1', 200);
  const found = new Map(fate === 'ok' ? [['pay_1 200', ['pay_1 200']]] : []);
  expect(judge('capture', driver.journal.attempts, found).counts).toMatchObject({ [fate]: 1 });
});

const ASKED = { version: 4, cause: 'order.change.v1' };

it.each([
  ['ok', [ASKED, { version: 6, cause: 'stock.changed.v1' }]],
  ['refused', [ASKED, { version: 5, cause: 'stock.change_refused.v1' }]],
  ['refused', [ASKED, { version: 5, cause: 'order.deadline' }]],
  ['lost', [ASKED]],
  [
    'lost',
    [
      { version: 4, cause: 'order.pay.v1' },
      { version: 5, cause: 'payment.captured.v1' },
    ],
  ],
] as const)('reads that a change is %s which the stock had not answered', async (fate, data) => {
  const order = { id: 'ord_1', version: 3 };
  const driver = driverOf((method, path) => {
    if (method === 'PUT') return { status: 202, body: { ...order, version: 4 } };
    return { status: 200, body: path.endsWith('timeline') ? { data } : order };
  }, 500);
  await driver.change(order as OrderView, [{ sku: 'tea', quantity: 3 }]);
  const found = new Map(fate === 'ok' ? [['ord_1@3 tea×3', ['6 tea×3']]] : []);
  expect(judge('change', driver.journal.attempts, found).counts).toMatchObject({ [fate]: 1 });
});
