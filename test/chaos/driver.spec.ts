import { devNull } from 'node:os';
import { type Answer, Client } from '../e2e/client.js';
import { Driver } from './driver.js';
import { Journal } from './journal.js';
import { Random } from './random.js';

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
