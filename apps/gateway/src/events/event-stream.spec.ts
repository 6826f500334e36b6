import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TimelineEntry } from '#contracts';
import { EventStream, isSettled, lastEventId } from './event-stream.client.js';

const entry = (version: number, to: string, detail: object = {}): TimelineEntry => ({
  version,
  at: '2026-11-23T10:00:00.000Z',
  from: 'pending',
  to,
  cause: 'test',
  service: 'test',
  messageId: 'msg_1.0',
  causationId: null,
  requestId: null,
  traceId: null,
  detail: { ...detail },
});
const timelineOf = (...statuses: string[]): TimelineEntry[] => statuses.map((to, i) => entry(i + 1, to));

async function textOf(stream: EventStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
const idsIn = (text: string): number[] => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

describe('an event stream', () => {
  it('tells every step with its version as id, and ends when the order has settled', async () => {
    const text = await textOf(new EventStream(timelineOf('pending', 'pending', 'confirmed'), 0));
    expect(idsIn(text)).toEqual([1, 2, 3]);
    expect(text.startsWith('retry: 2000\n\n')).toBe(true);
    expect(text.endsWith('event: end\ndata: {"status":"confirmed"}\n\n')).toBe(true);
    const [, data = ''] = /^id: 3\ndata: (.*)$/m.exec(text) ?? [];
    expect(JSON.parse(data)).toEqual(entry(3, 'confirmed'));
  });

  it('goes on after the version that the client has', async () => {
    expect(idsIn(await textOf(new EventStream(timelineOf('pending', 'pending', 'rejected'), 2)))).toEqual([
      3,
    ]);
  });

  it('tells what comes later, also after it awaited a payment', async () => {
    const timeline = timelineOf('pending', 'awaiting_payment');
    const stream = new EventStream(timeline, 0);
    const text = textOf(stream);
    timeline.push(entry(3, 'awaiting_payment'));
    stream.wake();
    timeline.push(entry(4, 'cancelled'));
    stream.wake();
    expect(idsIn(await text)).toEqual([1, 2, 3, 4]);
  });

  it('holds little ready for a client who does not read, and loses nothing for one who reads on', async () => {
    const timeline = Array.from({ length: 500 }, (_, i) =>
      entry(i + 1, 'pending', { text: 'x'.repeat(1_000) }),
    );
    const stream = new EventStream(timeline, 0);
    let read = '';
    const release: (() => void)[] = [];
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk, _encoding, done) {
        read += String(chunk);
        release.push(done);
      },
    });
    const piped = pipeline(stream, slow);
    release.shift()?.();
    await new Promise(setImmediate);
    for (let i = 0; i < 10; i++) stream.wake();
    expect(stream.readableLength).toBeLessThan(20_000);
    expect([stream.beat(), stream.beat()]).toEqual([false, false]);
    timeline.push(entry(501, 'confirmed'));
    let isRead = false;
    void piped.then(() => {
      isRead = true;
    });
    while (!isRead) {
      release.shift()?.();
      await new Promise(setImmediate);
    }
    expect(idsIn(read)).toEqual(timeline.map(({ version }) => version));
  });

  it('is kept open by comments, and told why it ends', async () => {
    const stream = new EventStream(timelineOf('pending'), 0);
    const text = textOf(stream);
    await new Promise(setImmediate);
    expect(stream.beat()).toBe(true);
    stream.finish('the gateway stops');
    expect(stream.beat()).toBe(false);
    expect((await text).endsWith(':\n\n: the gateway stops\n\n')).toBe(true);
  });
});

describe('Last-Event-ID', () => {
  it('is the version to go on after', () => {
    expect([undefined, '', '0', '17'].map(lastEventId)).toEqual([0, 0, 0, 17]);
  });

  it.each(['-1', '1.5', 'x', '1, 2', '9999999999', '１'])('is refused by name when it is %j', (header) => {
    expect(() => lastEventId(header)).toThrow(
      expect.objectContaining({
        code: 'malformed-request',
        details: { errors: [expect.objectContaining({ pointer: '/headers/last-event-id' })] },
      }),
    );
  });
});

test('an order has settled when nothing more is waited for', () => {
  const settled = ['confirmed', 'fulfilled', 'rejected', 'cancelled'];
  expect(settled.every((status) => isSettled(timelineOf('pending', status)))).toBe(true);
  expect(['pending', 'awaiting_payment'].some((status) => isSettled(timelineOf(status)))).toBe(false);
  expect(isSettled([])).toBe(false);
});
