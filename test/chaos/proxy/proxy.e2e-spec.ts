import { setTimeout as pause } from 'node:timers/promises';
import { type ConfirmChannel, connect } from 'amqplib';
import { Client } from 'pg';
import { type TestBroker, type TestDatabase, testBroker, testDatabase } from '#testing';
import { AmqpTap } from './amqp-tap.js';
import { PostgresTap } from './postgres-tap.js';
import { TcpProxy } from './proxy.js';

const PATIENCE_MS = 15_000;
const ANSWERS = 'waybill.reply';

let broker: TestBroker;
let database: TestDatabase;
let toDatabase: TcpProxy;
let toBroker: TcpProxy;

beforeAll(async () => {
  [broker, database] = await Promise.all([testBroker(), testDatabase()]);
  await database.database.query('create table facts (id int primary key)');
  toDatabase = await TcpProxy.before({ target: new URL(database.url), tap: () => new PostgresTap() });
  toBroker = await TcpProxy.before({ target: new URL(broker.url), tap: () => new AmqpTap() });
});
afterEach(() => {
  toDatabase.heal();
  toBroker.heal();
});
afterAll(async () => {
  await Promise.all([toDatabase?.close(), toBroker?.close()]);
  await Promise.all([broker?.delete(), database?.drop()]);
});

async function client(): Promise<Client> {
  const one = new Client({ connectionString: toDatabase.through(database.url) });
  one.on('error', () => undefined);
  await one.connect();
  return one;
}

const save = (one: Client, id: number): Promise<unknown> =>
  one.query({ name: 'save-facts', text: 'insert into facts values ($1)', values: [id] });
const isSaved = async (id: number): Promise<boolean> =>
  (await database.database.query('select 1 from facts where id = $1', [id])).rowCount === 1;
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + PATIENCE_MS; !(await holds()); await pause(20))
    if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms`);
};

describe('a line to PostgreSQL', () => {
  it('lets everything through that is larger than a packet, both ways', async () => {
    const one = await client();
    const text = 'x'.repeat(3_000_000);
    const { rows } = await one.query<{ echo: string }>('select $1::text as echo', [text]);
    expect(rows[0]?.echo === text).toBe(true);
    await one.end();
  });

  it.each([
    [{ kind: 'latency', ms: 200, jitterMs: 50 } as const, 300],
    // 20 000 bytes there, and some.
    [{ kind: 'bandwidth', bytesPerSecond: 40_000 } as const, 400],
    [{ kind: 'slicer', bytes: 2_000, pauseMs: 20 } as const, 150],
  ])(
    'with %j takes at least %d ms for a request, and afterwards it is as before',
    async (toxic, atLeastMs) => {
      const one = await client();
      toDatabase.spoil(toxic);
      const begun = performance.now();
      await one.query('select length($1)', ['x'.repeat(20_000)]);
      expect(performance.now() - begun).toBeGreaterThan(atLeastMs);
      toDatabase.heal();
      expect((await one.query('select 1')).rowCount).toBe(1);
      await one.end();
    },
  );

  it('that swallows everything keeps a request and its answer until it is well again', async () => {
    const one = await client();
    toDatabase.spoil({ kind: 'blackhole' });
    let isAnswered = false;
    const asked = save(one, 1).then(() => (isAnswered = true));
    await pause(300);
    expect([isAnswered, await isSaved(1)]).toEqual([false, false]);
    toDatabase.heal();
    await asked;
    expect(await isSaved(1)).toBe(true);
    await one.end();
  });

  it('that is down breaks connections and takes none, until it is up again', async () => {
    const one = await client();
    const ended = new Promise((resolve) => one.once('end', () => resolve(undefined)));
    toDatabase.spoil({ kind: 'down' });
    await ended;
    await expect(client()).rejects.toThrow();
    toDatabase.heal();
    await (await client()).end();
  });

  it('that swallows the reply to a commit leaves the client in doubt about what is saved', async () => {
    const one = await client();
    await save(one, 2);
    const trigger = toDatabase.set('commit_reply', 1);
    await one.query('select 1');
    expect(trigger.fired).toBe(0);
    await expect(save(one, 3)).rejects.toThrow(/ECONNRESET|terminated/);
    expect([trigger.fired, await isSaved(3)]).toEqual([1, true]);
    const another = await client();
    await save(another, 4);
    await another.end();
  });

  it('swallows the reply to an explicit commit too, but not the error of a save that failed', async () => {
    const one = await client();
    const trigger = toDatabase.set('commit_reply', 1);
    await expect(save(one, 2)).rejects.toMatchObject({ code: '23505' });
    expect(trigger.fired).toBe(0);
    await one.query('begin');
    await one.query('insert into facts values (5)');
    await expect(one.query('commit')).rejects.toThrow(/ECONNRESET|terminated/);
    expect([trigger.fired, await isSaved(5)]).toEqual([1, true]);
  });

  it('that breaks before the commit saves nothing', async () => {
    const one = await client();
    const trigger = toDatabase.set('commit_request', 1);
    await expect(save(one, 6)).rejects.toThrow(/ECONNRESET|terminated/);
    expect(trigger.fired).toBe(1);
    await (await client()).end();
    expect(await isSaved(6)).toBe(false);
  });

  it('that is ended in the same breath as an answer has both arrive', async () => {
    const one = await client();
    const error = new Promise((resolve) => one.once('error', resolve));
    const trigger = toDatabase.set('last_word', 1);
    await save(one, 7);
    expect(await error).toMatchObject({ code: '57P01' });
    expect([trigger.fired, await isSaved(7)]).toEqual([1, true]);
  });
});

describe('a line to RabbitMQ', () => {
  async function channel(): Promise<{ channel: ConfirmChannel; lost: Promise<unknown> }> {
    const model = await connect(toBroker.through(broker.url));
    model.on('error', () => undefined);
    const lost = new Promise((resolve) => model.once('close', resolve));
    const opened = await model.createConfirmChannel();
    opened.on('error', () => undefined);
    await opened.assertExchange(ANSWERS, 'fanout');
    await opened.assertQueue('facts', { arguments: { 'x-queue-type': 'quorum' } });
    await opened.bindQueue('facts', ANSWERS, '');
    return { channel: opened, lost };
  }
  const waiting = async () => (await broker.peek('facts')).map(({ body }) => body);

  it('that drops a confirm breaks, and the message is in its queue', async () => {
    const { channel: one, lost } = await channel();
    one.sendToQueue('facts', Buffer.from('first'));
    await one.waitForConfirms();
    const trigger = toBroker.set('confirm', 1);
    const outcome = new Promise((resolve) => {
      one.sendToQueue('facts', Buffer.from('second'), {}, resolve);
    });
    await lost;
    expect(await outcome).toBeInstanceOf(Error);
    expect(trigger.fired).toBe(1);
    expect(await waiting()).toEqual(['first', 'second']);
  });

  it('refuses what the broker has taken, and stays', async () => {
    const { channel: one } = await channel();
    const trigger = toBroker.set('refusal', 1);
    const told = (text: string) =>
      new Promise((resolve) => {
        one.sendToQueue('facts', Buffer.from(text), {}, (error: unknown) =>
          resolve(error ? 'refused' : 'taken'),
        );
      });
    expect([await told('third'), await told('fourth')]).toEqual(['refused', 'taken']);
    expect(trigger.fired).toBe(1);
    expect(await waiting()).toEqual(expect.arrayContaining(['third', 'fourth']));
    toBroker.cut();
  });

  it('is ended in the same breath as a confirm, and both arrive', async () => {
    const { channel: one, lost } = await channel();
    const trigger = toBroker.set('last_word', 1);
    const outcome = new Promise((resolve) => one.sendToQueue('facts', Buffer.from('last'), {}, resolve));
    expect(await outcome).toBeNull();
    expect(await lost).toMatchObject({ code: 320 });
    expect(trigger.fired).toBe(1);
  });

  it('breaks all connections behind the last byte of an answer, which arrives', async () => {
    const [one, other] = [await channel(), await channel()];
    expect(toBroker.connections).toBe(2);
    const trigger = toBroker.set('answer', 1);
    const answer = Buffer.alloc(300_000, 'x');
    one.channel.publish(ANSWERS, '', answer);
    await Promise.all([one.lost, other.lost]);
    expect([trigger.fired, toBroker.connections]).toEqual([1, 0]);
    await until(async () => (await waiting()).includes(answer.toString()));
  });
});
