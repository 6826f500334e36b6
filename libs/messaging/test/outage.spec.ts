import { refusalOf } from './client.js';
import { Scene, until } from './scene.js';
import { type ServiceOptions, textsOf, work } from './service.js';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene.close());

/** A database that is there or not, and a service that needs it for everything. */
function needing(): { readonly database: { isThere: boolean }; readonly options: Partial<ServiceOptions> } {
  const database = { isThere: true };
  const query = async (): Promise<void> => {
    if (!database.isThere) throw new Error('no database');
  };
  const answer: ServiceOptions['answer'] = async (question) => {
    await query();
    return question;
  };
  return { database, options: { answer, work: query, probe: query, judge: () => 'transient' } };
}

describe('an outage of what the handlers need', () => {
  it('pauses the service: messages wait in their queue, calls are returned at once, and it resumes by itself', async () => {
    const { database, options } = needing();
    const service = await scene.service(options);
    const client = await scene.client();
    database.isThere = false;
    for (const text of ['one', 'two', 'three']) {
      await client.send(work, text);
      await until(`${text} has failed`, () => textsOf(service.taken).includes(text));
    }
    await until('it pauses', () => service.notes.level('waybill_consuming_paused') === 1);
    await until('no queue is consumed', async () => {
      const { consumerCount } = await scene.channel.checkQueue('stock.commands');
      return !service.server.isReady && consumerCount === 0;
    });
    for (let i = 0; i < 100; i++) await client.send(work, 'meanwhile');
    expect(await scene.waiting('stock.commands')).toBeGreaterThanOrEqual(100);
    const begun = performance.now();
    expect((await refusalOf(client.ask('tea', 30_000))).detail).toMatch(/not running/);
    expect(performance.now() - begun).toBeLessThan(15_000);
    database.isThere = true;
    await until('it resumes', () => service.notes.level('waybill_consuming_paused') === 0);
    expect(await client.ask('tea')).toEqual({ text: 'tea' });
    const handled = (text: string) => textsOf(service.taken).filter((taken) => taken === text).length;
    await until('what waited is handled', () => handled('meanwhile') >= 100);
    await until('what had failed is handled', () =>
      ['one', 'two', 'three'].every((text) => handled(text) >= 2),
    );
    expect(await scene.waiting('stock.dead')).toBe(0);
  });

  it('is noticed although the service is asked all the time whether it is there', async () => {
    const { database, options } = needing();
    const service = await scene.service(options);
    const client = await scene.client();
    database.isThere = false;
    for (let i = 0; i < 3; i++) {
      expect((await refusalOf(client.ask('tea'))).code).toBe('service-unavailable');
      if (i < 2) await client.rpc.ping('stock', 5_000);
    }
    await until('it pauses', () => service.notes.level('waybill_consuming_paused') === 1);
  });

  it('is none when the faults are ours: nothing pauses', async () => {
    const service = await scene.service({
      work: async () => {
        throw new Error('a defect');
      },
    });
    const client = await scene.client();
    for (let i = 0; i < 10; i++) await client.send(work, 'poison');
    await scene.deadLetters(10);
    expect(service.notes.level('waybill_consuming_paused')).toBeUndefined();
  });

  it('lasts though the connection is lost meanwhile, and ends by itself too', async () => {
    const { database, options } = needing();
    const cable = await scene.cable();
    const service = await scene.service({ ...options, consumeUrl: cable.url });
    const client = await scene.client();
    database.isThere = false;
    for (let i = 0; i < 3; i++) await refusalOf(client.ask('tea'));
    await until('it pauses', () => service.notes.level('waybill_consuming_paused') === 1);
    cable.cut();
    await until('it is connected again', () => service.notes.times('connected to the broker') === 3);
    expect((await refusalOf(client.ask('tea'))).detail).toMatch(/not running/);
    database.isThere = true;
    await until('it resumes', () => service.server.isReady);
    expect(await client.ask('tea')).toEqual({ text: 'tea' });
  });
});
