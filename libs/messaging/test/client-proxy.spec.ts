import { firstValueFrom } from 'rxjs';
import { RpcClientProxy } from '../src/index.js';
import { CAUSE, refusalOf, type TestClient } from './client.js';
import { Scene } from './scene.js';
import { echo } from './service.js';

let scene: Scene;
let client: TestClient;
let proxy: RpcClientProxy;
beforeEach(async () => {
  scene = await Scene.open();
  client = await scene.client();
  proxy = new RpcClientProxy(client.rpc, [echo], () => ({ trace: CAUSE.trace, timeoutMs: 10_000 }));
});
afterEach(() => scene.close());

describe('RpcClient as a ClientProxy', () => {
  it('sends by the name of a contract, and gives the answer', async () => {
    const { asked } = await scene.service();
    expect(await firstValueFrom(proxy.send('stock.echo.v1', { text: 'tea' }))).toEqual({ text: 'tea' });
    expect(asked[0]).toMatchObject({ data: { text: 'tea' }, trace: { requestId: 'req_test' } });
  });

  it('asks only when somebody listens, and anew for each who does', async () => {
    const { asked } = await scene.service();
    const answer = proxy.send('stock.echo.v1', { text: 'tea' });
    await client.ask('first');
    expect(asked).toHaveLength(1);
    await Promise.all([firstValueFrom(answer), firstValueFrom(answer)]);
    expect(asked).toHaveLength(3);
  });

  it('gives the refusal as it is', async () => {
    const refused = firstValueFrom(proxy.send('stock.echo.v1', { text: 'tea' }));
    expect((await refusalOf(refused)).code).toBe('service-unavailable');
  });

  it('does not know what is no contract of its, and says what it knows', async () => {
    const unknown = firstValueFrom(proxy.send('stock.dance.v1', { text: 'tea' }));
    await expect(unknown).rejects.toThrow(
      '"stock.dance.v1" is none of the contracts of this client: stock.echo.v1',
    );
  });

  it('refuses to emit, and says how a message leaves', () => {
    expect(() => proxy.emit('order.happened.v1')).toThrow('messages leave through the outbox');
  });
});
