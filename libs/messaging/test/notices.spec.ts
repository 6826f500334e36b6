import { Scene, until } from './scene.js';
import { type TestService } from './service.js';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene.close());

const replyToOf = ({ asked }: TestService): string => asked[0]?.replyTo ?? '';

describe('a notice', () => {
  it('comes to who expects it, even when it overtakes the answer', async () => {
    const service: TestService = await scene.service({
      answer: async (question, { replyTo }) => {
        service.answers.notify([{ replyTo: replyTo ?? '', name: 'ord_1', data: { status: 'confirmed' } }]);
        return question;
      },
    });
    const client = await scene.client();
    const expected = client.rpc.expect('stock', 'ord_1', 10_000);
    await client.ask('tea');
    expect(await expected.notice).toEqual({ status: 'confirmed' });
  });

  it('still comes after the caller has lost its connection and has a new one', async () => {
    const cable = await scene.cable();
    const service = await scene.service();
    const client = await scene.client(cable.url);
    const expected = client.rpc.expect('stock', 'ord_1', 20_000);
    await client.ask('tea');
    cable.cut();
    await until('the loss is noticed', () => !client.rpc.isReady);
    await until('it is connected again', () => client.rpc.isReady);
    service.answers.notify([{ replyTo: replyToOf(service), name: 'ord_1', data: { status: 'confirmed' } }]);
    expect(await expected.notice).toEqual({ status: 'confirmed' });
  });

  it('that nobody expects any more harms nobody', async () => {
    const service = await scene.service();
    const client = await scene.client();
    await client.ask('tea');
    const expected = client.rpc.expect('stock', 'ord_1', 10_000);
    expected.cancel();
    expect(await expected.notice).toBeUndefined();
    service.answers.notify([{ replyTo: replyToOf(service), name: 'ord_1', data: {} }]);
    service.answers.notify([{ replyTo: 'nobody.1', name: 'ord_1', data: {} }]);
    expect(await client.ask('coffee')).toEqual({ text: 'coffee' });
  });

  it('that does not come has a deadline', async () => {
    const client = await scene.client();
    expect(await client.rpc.expect('stock', 'ord_1', 50).notice).toBeUndefined();
  });

  it('comes to the one caller that it is for', async () => {
    const service = await scene.service();
    const [one, other] = [await scene.client(), await scene.client()];
    const [forOne, forOther] = [one, other].map((client) => client.rpc.expect('stock', 'ord_1', 10_000));
    await one.ask('tea');
    service.answers.notify([{ replyTo: replyToOf(service), name: 'ord_1', data: { status: 'confirmed' } }]);
    expect(await forOne?.notice).toEqual({ status: 'confirmed' });
    forOther?.cancel();
    expect(await forOther?.notice).toBeUndefined();
  });
});
