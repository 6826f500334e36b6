import { Rejected } from '#contracts';
import { type RpcClient } from '#messaging';
import { type Metrics } from '#service';
import { type GatewayConfig } from '../config.js';
import { PlacementClient } from './placement.client.js';

const TRACE = { traceparent: '', requestId: '' };

test('keeps nobody behind orders that could not be placed', async () => {
  jest.useFakeTimers();
  const unavailable = (): Promise<never> => Promise.reject(new Rejected('service-unavailable'));
  const call = jest.fn(unavailable);
  const observe = jest.fn();
  const expected = { notice: Promise.resolve(undefined), cancel: () => undefined };
  const client = new PlacementClient(
    { call, expect: () => expected } as unknown as RpcClient,
    { callOptions: () => ({}) } as unknown as GatewayConfig,
    { observe } as unknown as Metrics,
  );
  const place = async (waitMs: number): Promise<void> => {
    const placed = client.place({} as never, waitMs, TRACE).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(0);
    expect(await placed).toMatchObject({ code: 'service-unavailable' });
  };
  for (const waitMs of [1_000, 0, 1_000, 0]) await place(waitMs);
  expect(call).toHaveBeenCalledTimes(4);
  expect(observe).toHaveBeenCalledTimes(4);
  jest.useRealTimers();
});
