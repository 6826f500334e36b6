import { type ChannelModel, connect } from 'amqplib';
import { newId, orderCancelled, send } from '#contracts';
import {
  type Bundle,
  bundle,
  declareEventLog,
  EVENT_LOG,
  EventLogReader,
  EventLogWriter,
  EXCHANGES,
  type LogEntry,
  type LogStart,
} from '../src/index.js';
import { CAUSE, type TestClient } from './client.js';
import { Notes } from './notes.js';
import { Scene, until } from './scene.js';
import { work } from './service.js';

const LIMITS = { days: 30, bytes: 200_000_000 };
const IDLE_MS = 1_000;
const PATIENCE_MS = 15_000;

let scene: Scene;
let client: TestClient;
let model: ChannelModel;
let notes: Notes;
let writer: EventLogWriter;
beforeEach(async () => {
  scene = await Scene.open();
  notes = new Notes();
  model = await connect(scene.broker.url);
  model.on('error', () => undefined);
  scene.atEnd(() => model.close());
  await declareEventLog(model, LIMITS, notes.log);
  client = await scene.client();
  writer = new EventLogWriter(client.publisher);
});
afterEach(() => scene.close());

/** Bundles of so many events. */
function bundles(...sizes: number[]): Bundle[] {
  return sizes.flatMap((size) => {
    const messages = Array.from({ length: size }, () => send(orderCancelled, { orderId: newId('ord') }));
    return bundle(messages.map((message) => ({ message, cause: CAUSE })));
  });
}

async function logged(...sizes: number[]): Promise<Bundle[]> {
  const made = bundles(...sizes);
  await Promise.all(made.map((one) => writer.add(one)));
  return made;
}

async function reader(from: LogStart): Promise<EventLogReader> {
  const { log, observe } = notes;
  const options = { url: scene.broker.url, name: 'test-log', log, observe, prefetch: 10 };
  const opened = await EventLogReader.open({ ...options, from });
  scene.atEnd(() => opened.close());
  return opened;
}

/** All that there is, over as many reads as it takes; that many are there for certain. */
async function all(from: LogStart, many = 0): Promise<LogEntry[]> {
  const log = await reader(from);
  const found: LogEntry[] = [];
  for (;;) {
    const entries = await log.read(found.length < many ? PATIENCE_MS : IDLE_MS);
    if (entries.length === 0) return found;
    found.push(...entries);
  }
}

const idsOf = (entries: readonly { readonly id: string }[]): string[] => entries.map(({ id }) => id);
const messagesIn = (entries: readonly LogEntry[]): number =>
  new Set(entries.map(({ offset }) => offset)).size;

describe('what is written to the event log', () => {
  it('is in it when it is confirmed: bundles as they were published, those of a moment in one message', async () => {
    const made = await logged(1, 3, 64, 2);
    const entries = await all('first', made.length);
    expect(entries.map(({ members }) => JSON.stringify(members))).toEqual(made.map(({ body }) => body));
    expect(entries[0]).toMatchObject({
      id: made[0]?.id,
      type: 'order.cancelled.v1',
      source: 'order',
      offset: 0,
    });
    expect(Math.abs((entries[0]?.at.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(messagesIn(entries)).toBe(1);
    expect(await all('first', made.length)).toEqual(entries);
  });

  it('is split before a message becomes too large, and more than is sent ahead', async () => {
    const made = await logged(...Array.from({ length: 200 }, () => 64));
    const entries = await all('first', made.length);
    expect(idsOf(entries)).toEqual(idsOf(made));
    expect(messagesIn(entries)).toBeGreaterThan(10);
    expect(messagesIn(entries)).toBeLessThan(60);
  });

  it('is told when the broker does not have it, and is no command', async () => {
    client.publisher.stop();
    await writer.add({ exchange: 'waybill.commands', body: '[]' });
    const [made] = bundles(1);
    const written = writer.add(made as Bundle);
    await client.stop();
    await expect(written).rejects.toMatchObject({ name: 'PublishError' });
    client = await scene.client();
    await client.send(work, 'tea').catch(() => undefined);
    expect(await all('first')).toEqual([]);
  });
});

describe('the event log', () => {
  it('begins where it is asked to: at an offset, at a time, with the newest, with what comes next', async () => {
    const early = [...(await logged(1)), ...(await logged(1))];
    // Times of the broker are whole seconds.
    const now = Date.now();
    await until('a second has passed', () => Date.now() > now + 1_100);
    const middle = new Date();
    const late = [...(await logged(1)), ...(await logged(1))];
    expect(idsOf(await all(1, 3))).toEqual(idsOf([early[1], ...late] as Bundle[]));
    expect(idsOf(await all(middle, 2))).toEqual(idsOf(late));
    expect(idsOf(await all('last', 1)).at(-1)).toBe(late[1]?.id);
    const next = await reader('next');
    const after = await logged(1);
    expect(idsOf(await next.read(5_000))).toEqual(idsOf(after));
  });

  it('tells how far it reaches, and says nothing of that while nothing is in it', async () => {
    const { log, observe } = notes;
    const options = { url: scene.broker.url, name: 'test-log', log, observe, prefetch: 1 };
    expect(await EventLogReader.reaches(options, 0)).toBeUndefined();
    for (let i = 0; i < 3; i++) await logged(1);
    expect(await EventLogReader.reaches(options, 2)).toBe(true);
    expect(await EventLogReader.reaches(options, 3)).toBe(false);
  });

  it('is declared again and again, and with other limits stays as it is and says so', async () => {
    await logged(1);
    await declareEventLog(model, LIMITS, notes.log);
    expect(notes.words.join()).not.toMatch(/limits/);
    await declareEventLog(model, { ...LIMITS, days: 7 }, notes.log);
    expect(notes.words.join()).toMatch(/keeps the limits it was made with/);
    expect(await all('first', 1)).toHaveLength(1);
  });

  it('tells its reader when it is gone', async () => {
    const log = await reader('first');
    // Heard from the beginning: it may fail before the deletion is answered.
    const told = log.read(10_000).catch((error: Error) => error.message);
    await scene.channel.deleteQueue(EVENT_LOG);
    expect(await told).toContain("The event log can't be read");
  });

  it('shows what is no bundle as such, and goes on', async () => {
    scene.channel.publish(EXCHANGES.log, EVENT_LOG, Buffer.from('no JSON'), { messageId: 'odd' });
    await until('it is there', async () => (await all('first')).length === 1);
    const [made] = await logged(1);
    const [odd, good] = await all('first', 2);
    expect(odd).toMatchObject({ id: 'odd', members: [], malformed: 'not JSON' });
    expect(good?.id).toBe(made?.id);
  });
});
