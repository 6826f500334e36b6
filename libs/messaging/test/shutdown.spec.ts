import { setImmediate as turn } from 'node:timers/promises';
import { type Rejected } from '#contracts';
import { Gate } from './gate.js';
import { Scene, until } from './scene.js';
import { textsOf, work } from './service.js';

/** Of a broker, which are more than what a stop by itself takes. */
const ROUND_TRIPS = 30;

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene.close());

describe('shutdown', () => {
  it.each([1, 2, 3])('finishes the work in hand, answers and acknowledges it, run %i', async () => {
    const gate = new Gate();
    const service = await scene.service({
      answer: gate.passing(async (question) => question),
      work: gate.passing(async () => undefined),
    });
    const client = await scene.client();
    const call = client.ask('tea');
    await client.send(work, 'coffee');
    await gate.holds(2);
    let hasStopped = false;
    const stopped = service.stop().then(() => (hasStopped = true));
    await until('it takes no more', () => !service.server.isReady);
    // Long enough for one that does not wait to have gone.
    for (let trip = 0; trip < ROUND_TRIPS; trip++) await scene.waiting('stock.commands');
    expect(hasStopped).toBe(false);
    gate.open();
    expect(await call).toEqual({ text: 'tea' });
    await stopped;
    expect(await scene.waiting('stock.commands')).toBe(0);
    expect(service.taken).toHaveLength(1);
  });

  it('takes nothing more once it has begun', async () => {
    const gate = new Gate();
    const held = gate.passing(async () => undefined);
    const service = await scene.service({
      work: async ({ data }) => (data.text === 'held' ? held() : undefined),
    });
    const client = await scene.client();
    await client.send(work, 'tea');
    await until('the consumer takes many', () => service.taken.length === 1);
    await client.send(work, 'held');
    await gate.holds(1);
    await service.server.stopConsuming();
    const other = await scene.service();
    await client.send(work, 'late');
    await until('another takes it', () => other.taken.length === 1);
    const stopped = service.stop();
    gate.open();
    await stopped;
    expect([textsOf(service.taken), textsOf(other.taken)]).toEqual([['tea', 'held'], ['late']]);
  });

  it('loses no question: each is answered, or returned at once', async () => {
    const service = await scene.service();
    const client = await scene.client();
    const outcomes: Promise<string>[] = [];
    const ask = async (): Promise<void> => {
      outcomes.push(
        client.ask('tea', 5_000).then(
          () => 'answered',
          ({ code }: Rejected) => code,
        ),
      );
      await turn();
    };
    for (let i = 0; i < 100; i++) await ask();
    let isStopping = true;
    const stopped = service.stop().finally(() => {
      isStopping = false;
    });
    while (isStopping) await ask();
    await stopped;
    expect([...new Set(await Promise.all(outcomes))].sort()).toEqual(['answered', 'service-unavailable']);
  });

  it('that begins while there is no connection takes nothing when there is one again', async () => {
    const cable = await scene.cable();
    const service = await scene.service({ consumeUrl: cable.url });
    const client = await scene.client();
    cable.unplug();
    await until('the loss is noticed', () => !service.server.isReady);
    await client.send(work, 'tea');
    await service.server.stopConsuming();
    cable.plugIn();
    await until('it is connected again', () => service.notes.times('connected to the broker') === 3);
    expect(await scene.waiting('stock.commands')).toBe(1);
    await service.stop();
    expect(service.taken).toEqual([]);
  });
});
