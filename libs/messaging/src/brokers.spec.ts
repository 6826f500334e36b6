import { Brokers, brokersOf, NoBroker } from './brokers.js';

const LIST = 'amqp://u:p@one:5672/v, amqp://u:p@two:5672/v,amqps://u:p@three:5671/v';
const refusing = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

/** The hosts that are asked until one of `there` is. */
async function asked(brokers: Brokers, there: readonly string[]): Promise<string[]> {
  const hosts: string[] = [];
  await brokers
    .first(async (url) => {
      const { hostname } = new URL(url);
      hosts.push(hostname);
      if (!there.includes(hostname)) throw refusing('ECONNREFUSED');
    })
    .catch(() => undefined);
  return hosts;
}

test('are listed with commas; one in a password separates nothing', () => {
  expect(brokersOf(LIST)).toEqual([
    'amqp://u:p@one:5672/v',
    'amqp://u:p@two:5672/v',
    'amqps://u:p@three:5671/v',
  ]);
  expect(brokersOf('amqp://u:a,b@one')).toEqual(['amqp://u:a,b@one']);
});

test('are used from any of them on, so that processes spread', async () => {
  const first = async (random: number) =>
    (await asked(new Brokers(LIST, () => random), ['one', 'two', 'three']))[0];
  expect([await first(0), await first(0.5), await first(0.99)]).toEqual(['one', 'two', 'three']);
});

test('are each asked once, and after the one that was used comes the next', async () => {
  const brokers = new Brokers(LIST, () => 0);
  expect(await asked(brokers, ['two'])).toEqual(['one', 'two']);
  expect(await asked(brokers, ['two'])).toEqual(['three', 'one', 'two']);
  expect(await asked(brokers, [])).toEqual(['three', 'one', 'two']);
});

test('that all fail are all told of, without passwords', async () => {
  const failure = await new Brokers(LIST, () => 0)
    .first(() => Promise.reject(refusing('ECONNREFUSED')))
    .catch((error: unknown) => error as NoBroker);
  expect(failure).toBeInstanceOf(NoBroker);
  expect(String(failure)).toMatch(/at one:5672 refuses.* at two:5672 refuses.* at three:5671 refuses/);
  expect(String(failure)).not.toContain('u:p');
});

test('are given up only when none is worth another try', () => {
  const failing = (...codes: string[]) =>
    new NoBroker(codes.map((code) => ({ url: 'amqp://one', error: refusing(code) })));
  expect(failing('ENOTFOUND', 'ECONNREFUSED').isHopeless).toBe(false);
  expect(failing('ENOTFOUND', 'ENOTFOUND').isHopeless).toBe(true);
});
