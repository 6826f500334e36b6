import { hash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { type TimelineEntry } from '#contracts';
import { Shutdown } from '#service';
import { type ApiRequest } from '../access/auth.guard.js';
import { Callers } from '../access/callers.js';
import { type GatewayConfig } from '../config.js';
import { type EventStream } from './event-stream.client.js';
import { EventStreams } from './event-streams.worker.js';
import { type OrderWatches } from './order-watch.client.js';

const KEY = 'wb_test_key';
const keys = (name: string): string => `${name}=${hash('sha256', KEY)}:orders:read`;
const entries = (count: number, to = 'pending'): TimelineEntry[] =>
  Array.from(
    { length: count },
    (_, i) => ({ version: i + 1, to, detail: { text: 'x'.repeat(1_000) } }) as never,
  );

let shutdown: Shutdown;
let callers: Callers;
let closed: number;

beforeEach(() => {
  shutdown = new Shutdown({ info: () => undefined, error: () => undefined } as never);
  callers = new Callers(keys('test'));
  closed = 0;
});
afterEach(() => shutdown.run());

/** Streams of orders that all have this timeline; an order without one is not there. */
function streamsOf(timeline: TimelineEntry[]): EventStreams {
  const open = async () => {
    if (timeline.length === 0) throw new Error('no such order');
    return { timeline, close: () => void closed++ };
  };
  const config = { eventStreams: 3, eventStreamsPerKey: 2, eventHeartbeatMs: 20 } as GatewayConfig;
  const streams = new EventStreams({ open } as unknown as OrderWatches, callers, config, shutdown);
  streams.onApplicationBootstrap();
  return streams;
}

function requestOf(caller = 'test'): { request: ApiRequest; socket: PassThrough } {
  const socket = new PassThrough();
  const request = { caller, headers: { authorization: `Bearer ${KEY}` }, raw: { socket } };
  return { request: request as unknown as ApiRequest, socket };
}

async function textOf(stream: EventStream | undefined): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}
const destroyed = (socket: PassThrough): Promise<void> => new Promise((done) => socket.once('close', done));

it('a client who reads nothing for three heartbeats is cut off', async () => {
  const { request, socket } = requestOf();
  const stream = await streamsOf(entries(100)).open('ord_1', 0, request);
  stream?.read(1);
  await expect(destroyed(socket)).resolves.toBeUndefined();
  stream?.destroy();
});

it('a stream ends with the first heartbeat after its key was revoked', async () => {
  const { request } = requestOf();
  const text = textOf(await streamsOf(entries(2)).open('ord_1', 0, request));
  callers.replace(`other=${'0'.repeat(64)}`);
  expect((await text).endsWith(': ends here, connect again\n\n')).toBe(true);
  expect(closed).toBe(1);
});

it('a place is given back when a stream ends, and when there was nothing to open', async () => {
  const none = streamsOf([]);
  for (let i = 0; i < 5; i++) {
    await expect(none.open('ord_1', 0, requestOf().request)).rejects.toThrow('no such order');
  }
  const streams = streamsOf(entries(2, 'confirmed'));
  for (let i = 0; i < 5; i++) await textOf(await streams.open('ord_1', 0, requestOf().request));
  for (let i = 0; i < 5; i++) expect(await streams.open('ord_1', 2, requestOf().request)).toBeUndefined();
  expect(closed).toBe(10);
});

it('a caller has two places, the gateway three, and after the beginning of the end there are none', async () => {
  const streams = streamsOf(entries(1));
  const open = (caller: string) => streams.open('ord_1', 0, requestOf(caller).request);
  const texts = [textOf(await open('a')), textOf(await open('a'))];
  await expect(open('a')).rejects.toMatchObject({ code: 'too-many-streams', details: { limit: 2 } });
  texts.push(textOf(await open('b')));
  await expect(open('b')).rejects.toMatchObject({ code: 'service-unavailable' });
  const stopped = shutdown.run();
  await expect(open('c')).rejects.toMatchObject({ code: 'service-unavailable' });
  await stopped;
  for (const text of await Promise.all(texts)) expect(text).toContain(': the gateway stops, connect again');
});
