import { Rejected } from '#contracts';
import { type Member } from '../src/envelope.js';
import { EXCHANGES } from '../src/topology.js';
import { member, Scene, TRACE, until } from './scene.js';
import { type Told, textsOf, work } from './service.js';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
  // Now and then the next shorter tier is taken; here never.
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await scene.close();
});

/** Fails as often as the text says, for want of a database. */
const failing = async ({ data, attempt }: Told): Promise<void> => {
  if (attempt <= Number(data.text)) throw new Error('no database');
};
const transient = { judge: () => 'transient' as const, work: failing };

describe('a message that fails for now', () => {
  it('waits in the 1s tier and comes again, with its id and all that belongs to it', async () => {
    let failedAt = 0;
    const { taken } = await scene.service({
      ...transient,
      work: (told: Told) => {
        failedAt ||= performance.now();
        return failing(told);
      },
    });
    await scene.client();
    const sent = member({ data: { text: '1' } });
    scene.put('commands', [sent]);
    await until('it comes again', () => taken.length === 2);
    expect(performance.now() - failedAt).toBeGreaterThan(900);
    const { id, causationId } = sent;
    expect(taken[1]).toMatchObject({
      id,
      causationId,
      trace: TRACE,
      data: sent.data,
      source: 'order',
      attempt: 2,
    });
  });

  it('alone waits, while its neighbours in the bundle are done', async () => {
    const service = await scene.service(transient);
    const client = await scene.client();
    await client.send(work, '0', '1', '0');
    await until('it comes again', () => service.taken.length === 4);
    await service.stop();
    expect(service.taken.map(({ id, attempt }) => [id.at(-1), attempt])).toEqual([
      ['0', 1],
      ['1', 1],
      ['2', 1],
      ['1', 2],
    ]);
    expect(await scene.waiting('stock.dead')).toBe(0);
  });

  it('waits longer the more often it has failed', async () => {
    await scene.service(transient);
    for (const attempt of [2, 3, 4, 5, 19])
      scene.put('commands', [member({ data: { text: '99' }, attempt })]);
    for (const [tier, count] of Object.entries({ '5s': 1, '30s': 1, '2m': 1, '10m': 2 })) {
      const queue = `stock.commands.retry.${tier}`;
      await until(`${count} wait in ${queue}`, async () => (await scene.waiting(queue)) === count);
    }
  });

  it('comes again when the queue that it should wait in had been deleted', async () => {
    const { taken } = await scene.service(transient);
    await scene.channel.deleteQueue('stock.commands.retry.1s');
    scene.put('commands', [member({ data: { text: '1' } })]);
    await until('it comes again', () => taken.length === 2);
    await scene.channel.unbindQueue('stock.commands.retry.1s', EXCHANGES.delay, 'stock.commands.retry.1s');
    scene.put('commands', [member({ data: { text: '1' } })]);
    await until('it comes again', () => taken.length === 4);
  });

  it('is a dead letter when its tries are used up', async () => {
    await scene.service(transient);
    const sent = member({ data: { text: '99' }, attempt: 20 });
    scene.put('commands', [sent]);
    const [letter] = await scene.deadLetters(1);
    expect(letter).toMatchObject({
      reason: 'out_of_tries',
      headers: { 'x-attempts': 20, 'x-error': 'no database' },
    });
    expect(JSON.parse(letter?.body ?? '')).toEqual([sent]);
  });
});

describe('a poison member in a bundle', () => {
  it('is a dead letter with reason, stack and attempts, and its neighbours are unaffected', async () => {
    const service = await scene.service({
      work: async function poisoned({ data }) {
        if (data.text === 'poison') throw new TypeError('poison!');
      },
    });
    const client = await scene.client();
    const { id, body } = await client.send(work, 'a', 'b', 'poison', 'c', 'd');
    const [letter, ...others] = await scene.deadLetters(1);
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      reason: 'defect',
      source: 'order',
      headers: { 'x-queue': 'stock.commands', 'x-attempts': 1, 'x-error': 'poison!' },
    });
    expect(letter?.headers['x-stack']).toMatch(/^TypeError: poison!\n.*poisoned.*failures\.spec/);
    expect(Date.parse(String(letter?.headers['x-failed-at']))).toBeGreaterThan(Date.now() - 60_000);
    expect(JSON.parse(letter?.body ?? '')).toEqual([(JSON.parse(body) as Member[])[2]]);
    await service.stop();
    expect(textsOf(service.taken)).toEqual(['a', 'b', 'poison', 'c', 'd']);
    expect(await scene.waiting('stock.commands')).toBe(0);
    expect(id).toMatch(/^msg_/);
  });

  it('that is refused is a dead letter with the code of the refusal', async () => {
    await scene.service({
      work: async () => {
        throw new Rejected('order-not-found', { orderId: 'ord_1' });
      },
    });
    const client = await scene.client();
    await client.send(work, 'tea');
    const [letter] = await scene.deadLetters(1);
    expect(letter?.reason).toBe('order-not-found');
    expect(letter?.headers['x-error']).toBe('order-not-found: No such order {"orderId":"ord_1"}');
  });
});

describe('what can be put nowhere', () => {
  it.each(['transient', 'defect'] as const)(
    'is not acknowledged, nor is its bundle: another replica gets all of it (%s)',
    async (verdict) => {
      const [publishing, consuming] = [await scene.cable(), await scene.cable()];
      const first = await scene.service({
        url: publishing.url,
        consumeUrl: consuming.url,
        judge: () => verdict,
        work: async ({ data }) => {
          if (data.text === 'poison') throw new Error('no');
        },
      });
      publishing.unplug();
      // A service takes one message before it takes several at once.
      scene.put('commands', [member({ data: { text: 'can' } })]);
      await until('it takes more than one', () => textsOf(first.taken).includes('can'));
      scene.put('commands', [member(), member({ data: { text: 'poison' } }), member()]);
      scene.put('commands', [member({ data: { text: 'cup' } })]);
      await until('what came behind it is handled, too', () => textsOf(first.taken).includes('cup'));
      const second = await scene.service();
      consuming.unplug();
      await until('the other one has it', () => textsOf(second.taken).includes('poison'));
      expect(textsOf(second.taken).filter((text) => text === 'tea')).toHaveLength(2);
      // So that the first one, too, can end.
      publishing.plugIn();
    },
  );
});
