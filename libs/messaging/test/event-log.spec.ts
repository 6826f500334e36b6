import { type ChannelModel, connect } from 'amqplib';
import { newId, orderCancelled, send } from '#contracts';
import {
  type Bundle,
  bundle,
  declareEventLog,
  EVENT_LOG,
  EventLogReader,
  type LogEntry,
  type LogStart,
} from '../src/index.js';
import { CAUSE, type TestClient } from './client.js';
import { Notes } from './notes.js';
import { Scene, until } from './scene.js';
import { happened } from './service.js';

const LIMITS = { days: 30, bytes: 200_000_000 };
const IDLE_MS = 1_000;

let scene: Scene;
let client: TestClient;
let model: ChannelModel;
let notes: Notes;
beforeEach(async () => {
  scene = await Scene.open();
  notes = new Notes();
  model = await connect(scene.broker.url);
  model.on('error', () => undefined);
  scene.atEnd(() => model.close());
  await declareEventLog(model, LIMITS, notes.log);
  client = await scene.client();
});
afterEach(() => scene.close());

/** One event that none of our services needs, published as a service does it. */
async function cancelled(): Promise<Bundle> {
  const [message] = bundle([{ message: send(orderCancelled, { orderId: newId('ord') }), cause: CAUSE }]);
  await client.publisher.publish(message as Bundle);
  return message as Bundle;
}

async function reader(from: LogStart): Promise<EventLogReader> {
  const { log, observe } = notes;
  const options = { url: scene.broker.url, name: 'test-log', log, observe, prefetch: 10 };
  const opened = await EventLogReader.open({ ...options, from });
  scene.atEnd(() => opened.close());
  return opened;
}

/** All that there is, over as many reads as it takes. */
async function all(from: LogStart): Promise<LogEntry[]> {
  const log = await reader(from);
  const found: LogEntry[] = [];
  for (;;) {
    const entries = await log.read(IDLE_MS);
    if (entries.length === 0) return found;
    found.push(...entries);
  }
}

const idsOf = (entries: readonly { readonly id: string }[]): string[] => entries.map(({ id }) => id);

describe('the event log', () => {
  it('keeps every event exactly as it was published, more than are sent ahead, for as many readers as there are', async () => {
    const sent: Bundle[] = [];
    for (let i = 0; i < 25; i++) sent.push(await cancelled());
    const entries = await all('first');
    expect(idsOf(entries)).toEqual(idsOf(sent));
    expect(entries.map(({ body }) => body)).toEqual(sent.map(({ body }) => body));
    expect(entries[0]).toMatchObject({ type: 'order.cancelled.v1', source: 'order', offset: 0 });
    expect(Math.abs((entries[0]?.at.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await all('first')).toEqual(entries);
  });

  it('begins where it is asked to: at an offset, at a time, with the newest, with what comes next', async () => {
    const early = [await cancelled(), await cancelled()];
    // Times of the broker are whole seconds.
    const now = new Date();
    await until('a second has passed', () => Date.now() > now.getTime() + 1_100);
    const middle = new Date();
    const late = [await cancelled(), await cancelled()];
    expect(idsOf(await all(1))).toEqual(idsOf([early[1], ...late] as Bundle[]));
    expect(idsOf(await all(middle))).toEqual(idsOf(late));
    expect(idsOf(await all('last')).at(-1)).toBe(late[1]?.id);
    const next = await reader('next');
    const after = await cancelled();
    expect(idsOf(await next.read(5_000))).toEqual([after.id]);
  });

  it('has what one of our services needs, too, once, and does not hide that its queue is missing', async () => {
    await expect(client.send(happened, 'nobody hears it')).rejects.toMatchObject({ failure: 'returned' });
    const { taken } = await scene.service();
    const heard = await client.send(happened, 'tea');
    await until('it has arrived', () => taken.length === 1);
    const entries = await all('first');
    expect(entries.map(({ members }) => members.map(({ data }) => data))).toEqual([
      [{ text: 'nobody hears it' }],
      [{ text: 'tea' }],
    ]);
    expect(entries[1]).toMatchObject({ id: heard.id, type: 'order.happened.v1', body: heard.body });
  });

  it('is declared again and again, and with other limits stays as it is and says so', async () => {
    await cancelled();
    await declareEventLog(model, LIMITS, notes.log);
    expect(notes.words.join()).not.toMatch(/limits/);
    await declareEventLog(model, { ...LIMITS, days: 7 }, notes.log);
    expect(notes.words.join()).toMatch(/keeps the limits it was made with/);
    expect(await all('first')).toHaveLength(1);
  });

  it('tells its reader when it is gone', async () => {
    const log = await reader('first');
    const reading = log.read(10_000);
    await scene.channel.deleteQueue(EVENT_LOG);
    await expect(reading).rejects.toThrow("The event log can't be read");
  });

  it('shows what is no bundle as such, and goes on', async () => {
    scene.channel.publish('waybill.event-log', 'x', Buffer.from('no JSON'), { messageId: 'odd' });
    const sent = await cancelled();
    await until('both are there', async () => (await all('first')).length === 2);
    const [odd, good] = await all('first');
    expect(odd).toMatchObject({ id: 'odd', members: [], malformed: 'not JSON' });
    expect(good?.id).toBe(sent.id);
  });
});
