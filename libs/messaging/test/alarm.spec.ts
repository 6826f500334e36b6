import { limitMemory } from './broker-tool.js';
import { refusalOf } from './client.js';
import { Gate } from './gate.js';
import { member, Scene, until } from './scene.js';
import { work } from './service.js';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(async () => {
  await limitMemory(0.4);
  await scene.close();
});

describe('a broker that has raised an alarm', () => {
  it('takes nothing: publishes and calls fail at once, consumers go on, and it recovers by itself', async () => {
    const gate = new Gate();
    const service = await scene.service({ work: gate.passing(async () => undefined) });
    const client = await scene.client();
    await client.ask('tea');
    for (let i = 0; i < 200; i++) scene.put('commands', [member()]);
    await gate.holds(1);
    await limitMemory(0.0001);
    // It tells a connection only when that publishes the next time.
    const first = client.send(work, 'first').catch((error: unknown) => error);
    await until('the client is told', () => !client.publisher.isReady);
    const begun = performance.now();
    await expect(client.send(work, 'tea')).rejects.toMatchObject({ failure: 'unsent' });
    expect(await refusalOf(client.ask('tea', 30_000))).toEqual({
      code: 'service-unavailable',
      detail: 'The broker takes no messages at the moment. The request has had no effect.',
    });
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(client.notes.level('waybill_broker_blocked')).toBe(1);
    gate.open();
    await until('what was there is handled', () => service.taken.length >= 200);
    await limitMemory(0.4);
    await until('the client is told', () => client.publisher.isReady);
    expect(client.notes.level('waybill_broker_blocked')).toBe(0);
    await client.send(work, 'tea');
    expect(await client.ask('tea')).toEqual({ text: 'tea' });
    await first;
  });

  it('is forgotten with the connection that was told of it', async () => {
    const cable = await scene.cable();
    const client = await scene.client(cable.url);
    await limitMemory(0.0001);
    const first = client.send(work, 'first').catch((error: unknown) => error);
    await until('the client is told', () => client.notes.level('waybill_broker_blocked') === 1);
    cable.unplug();
    await limitMemory(0.4);
    await until('the connection is lost', () => client.notes.level('waybill_broker_blocked') === 0);
    cable.plugIn();
    await first;
  });
});
