import { Gate } from './gate.js';
import { member, Scene, until } from './scene.js';
import { type TestService, textsOf, work } from './service.js';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene.close());

/** Whoever is given "killer" dies of it: the broker hears nothing more, and gives what was in hand to somebody again. */
async function mortal(): Promise<TestService> {
  const cable = await scene.cable();
  const service = await scene.service({
    consumeUrl: cable.url,
    work: async ({ data }) => {
      if (data.text !== 'killer') return;
      await until('all of it is up', () => service.server.isReady);
      cable.cut();
    },
  });
  return service;
}

const timesTaken = (service: TestService, text: string): number =>
  textsOf(service.taken).filter((taken) => taken === text).length;

describe('a member that kills its process', () => {
  it('travels on alone after two deaths, and after twenty more the broker sets it aside: nobody else is', async () => {
    const service = await mortal();
    const client = await scene.client();
    await client.send(work, 'before', 'killer', 'behind');
    const letters = await scene.deadLetters(1);
    expect(letters.map(({ body }) => JSON.parse(body))).toEqual([
      [expect.objectContaining({ type: 'stock.work.v1', data: { text: 'killer' }, attempt: 1 })],
    ]);
    expect(letters[0]?.headers['x-death']).toEqual([expect.objectContaining({ reason: 'delivery_limit' })]);
    expect(service.notes.words).toContain('a message that may have killed is split');
    for (const innocent of ['before', 'behind']) expect(timesTaken(service, innocent)).toBeLessThanOrEqual(4);
    await client.send(work, 'later');
    await until('life goes on', () => timesTaken(service, 'later') === 1);
    await service.stop();
    expect(await scene.waiting('stock.commands')).toBe(0);
  });

  it('is not the death of those in hand beside it: they come again twice at most', async () => {
    const service = await mortal();
    const innocents = Array.from({ length: 40 }, (_, i) => `innocent ${i}`);
    for (const text of innocents.toSpliced(20, 0, 'killer'))
      scene.put('commands', [member({ data: { text } })]);
    await scene.deadLetters(1);
    await until('all others are handled', () => innocents.every((text) => timesTaken(service, text) > 0));
    for (const text of innocents) expect(timesTaken(service, text)).toBeLessThanOrEqual(3);
    expect(timesTaken(service, 'killer')).toBeGreaterThanOrEqual(20);
    await service.stop();
    expect(await scene.waiting('stock.commands')).toBe(0);
  });
});

describe('a consumer', () => {
  it('begins with one message in hand, and takes more when it has survived it', async () => {
    const first = await scene.service();
    await first.stop();
    for (let i = 0; i < 80; i++) scene.put('commands', [member()]);
    await until('all are there', async () => (await scene.waiting('stock.commands')) === 80);
    const [narrow, wide] = [new Gate(), new Gate()];
    const gates = [narrow];
    const service = await scene.service({
      work: () => (gates.pop() ?? wide).passing(async () => undefined)(),
    });
    await narrow.holds(1);
    expect(await scene.waiting('stock.commands')).toBe(79);
    narrow.open();
    await wide.holds(64);
    // One more may have come while the second consumer began.
    expect([15, 14]).toContain(await scene.waiting('stock.commands'));
    wide.open();
    await until('all are handled', () => service.taken.length === 80);
  });

  it('that is stopped just as it begins to take more takes nothing more', async () => {
    const stopped: Promise<void>[] = [];
    const service: TestService = await scene.service({
      work: async () => void setImmediate(() => stopped.push(service.server.stopConsuming())),
    });
    const client = await scene.client();
    await client.send(work, 'tea');
    await until('it has survived the first', () => stopped.length === 1);
    await stopped[0];
    await client.send(work, 'coffee');
    expect(await scene.waiting('stock.commands')).toBe(1);
    expect((await scene.channel.checkQueue('stock.commands')).consumerCount).toBe(0);
  });
});
