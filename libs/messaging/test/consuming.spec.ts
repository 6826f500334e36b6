import { type Channel } from 'amqplib';
import { QueueConsumer } from '../src/consumer.js';
import { Connection } from '../src/index.js';
import { Gate } from './gate.js';
import { Notes } from './notes.js';
import { member, Scene, until } from './scene.js';
import { happened, textsOf, work } from './service.js';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene.close());

describe('a throwing handler', () => {
  it('does not stop the queue, though it throws more often than there are messages in hand', async () => {
    const service = await scene.service({
      work: async ({ data }) => {
        if (data.text === 'poison') throw new Error('no');
      },
    });
    const client = await scene.client();
    // Each in a message of its own; 64 may be in hand.
    await Promise.all(Array.from({ length: 200 }, () => client.send(work, 'poison')));
    await client.send(work, 'tea');
    await until('the good one behind them is handled', () => textsOf(service.taken).includes('tea'));
    await service.stop();
    expect(await scene.waiting('stock.commands')).toBe(0);
    expect(await scene.waiting('stock.dead')).toBe(200);
  });

  it('does not stop the questions either: each is answered', async () => {
    await scene.service({
      answer: async (question) => {
        if (question.text === 'poison') throw new Error('no');
        return question;
      },
    });
    const client = await scene.client();
    const codes = new Set<string>();
    for (let i = 0; i < 6; i++) {
      const calls = Array.from({ length: 100 }, () => client.ask('poison'));
      for (const one of await Promise.allSettled(calls))
        codes.add(one.status === 'rejected' ? one.reason.code : 'ok');
    }
    expect([...codes]).toEqual(['internal-error']);
    expect(await client.ask('tea')).toEqual({ text: 'tea' });
  });
});

describe('a crash', () => {
  it('does not lose the message in hand: another replica gets it', async () => {
    const cable = await scene.cable();
    const gate = new Gate();
    const first = await scene.service({ consumeUrl: cable.url, work: gate.passing(async () => undefined) });
    const client = await scene.client();
    const { id } = await client.send(work, 'tea');
    await until('it is in hand', () => first.taken.length === 1);
    const second = await scene.service();
    cable.unplug();
    await until('the other one has it', () => second.taken.length === 1);
    expect(second.taken[0]).toMatchObject({ id: `${id}.0`, data: { text: 'tea' }, attempt: 1 });
    gate.open();
  });

  it('does not lose what the replica itself had in hand when its connection comes back', async () => {
    const cable = await scene.cable();
    const gate = new Gate();
    const service = await scene.service({ consumeUrl: cable.url, work: gate.passing(async () => undefined) });
    const client = await scene.client();
    await client.send(work, 'tea');
    await until('it is in hand', () => service.taken.length === 1);
    cable.cut();
    await until('it comes again', () => service.taken.length === 2);
    expect(service.taken[1]?.id).toBe(service.taken[0]?.id);
    gate.open();
    await service.stop();
    expect(await scene.waiting('stock.commands')).toBe(0);
  });
});

describe('a consumer that the broker cancels', () => {
  it.each(['commands', 'events', 'rpc'])('hears again: %s', async (kind) => {
    const { taken, asked } = await scene.service();
    const client = await scene.client();
    await scene.channel.deleteQueue(`stock.${kind}`);
    const send = {
      commands: () => client.send(work, 'tea'),
      events: () => client.send(happened, 'tea'),
      rpc: () => client.ask('tea'),
    };
    await until('there is a queue again', () =>
      send[kind as keyof typeof send]().then(
        () => true,
        () => false,
      ),
    );
    await until('it is heard', () => textsOf([...taken, ...asked]).includes('tea'));
  });

  it('finds its queue and all bindings made anew when everything was deleted', async () => {
    const { taken } = await scene.service();
    const client = await scene.client();
    const queues = await scene.broker.manage<{ name: string }[]>(
      'GET',
      `/api/queues/${scene.broker.vhost}?columns=name`,
    );
    for (const { name } of queues) if (name.startsWith('stock.')) await scene.channel.deleteQueue(name);
    const sent = async (): Promise<boolean> => {
      const all = [client.send(work, 'work'), client.send(happened, 'happened'), client.ask('rpc')];
      return (await Promise.allSettled(all)).every(({ status }) => status === 'fulfilled');
    };
    await until('everything is there again', sent);
    await until('both are heard', () => ['work', 'happened'].every((text) => textsOf(taken).includes(text)));
    expect((await scene.channel.checkQueue('stock.commands.retry.1s')).consumerCount).toBe(0);
  });
});

describe('a queue argument mismatch', () => {
  it('does not end the process: it says so, and hears again when the queue is right', async () => {
    const cable = await scene.cable();
    const service = await scene.service({ consumeUrl: cable.url });
    const client = await scene.client();
    cable.unplug();
    await scene.channel.deleteQueue('stock.commands');
    await scene.channel.assertQueue('stock.commands', { durable: true, maxLength: 7 });
    cable.plugIn();
    await until('it says so', () => service.notes.words.some((words) => words.includes('stock.commands')));
    expect(service.notes.words.findLast((words) => words.includes('stock.commands'))).toMatch(
      /other arguments than this version declares \(.*'stock.commands'.*\): .*delete it/,
    );
    expect(service.server.isReady).toBe(false);
    await scene.channel.deleteQueue('stock.commands');
    await until('it hears again', () => service.server.isReady);
    await client.send(work, 'tea');
    await until('it is handled', () => textsOf(service.taken).includes('tea'));
  });

  it('at the start refuses to start, with cause and remedy', async () => {
    await scene.channel.assertQueue('stock.commands', { durable: true, maxLength: 7 });
    await expect(scene.service()).rejects.toThrow(/stock\.commands/);
  });
});

describe('a double ack', () => {
  it('has no effect: the second is not sent', async () => {
    const notes = new Notes();
    const { consumer, connection, taken } = await consumerOf('double', notes, (finish) => {
      finish();
      finish();
    });
    for (const text of ['one', 'two']) scene.channel.sendToQueue('double', Buffer.from(text));
    await until('both have come', () => taken.length === 2);
    await consumer.pause();
    await consumer.drain();
    await connection.close();
    expect(await scene.waiting('double')).toBe(0);
    expect(notes.count('waybill_broker_connections_lost_total')).toBe(0);
  });

  it('that the broker sees closes the channel, does not end the process, and the queue is heard again', async () => {
    const notes = new Notes();
    const { consumer, connection, taken, channels } = await consumerOf('double', notes, (finish) => finish());
    scene.channel.sendToQueue('double', Buffer.from('one'));
    await until('it has come', () => taken.length === 1);
    channels.at(-1)?.ack({ fields: { deliveryTag: 1 } } as never);
    await until(
      'the broker has closed the channel',
      () => notes.count('waybill_broker_connections_lost_total') === 1,
    );
    scene.channel.sendToQueue('double', Buffer.from('two'));
    await until('the next is heard', () => taken.includes('two'));
    await consumer.pause();
    await connection.close();
  });

  async function consumerOf(queue: string, notes: Notes, then: (finish: () => void) => void) {
    await scene.channel.assertQueue(queue, { durable: true });
    const connection = new Connection({ url: scene.broker.url, name: 'double', ...notes });
    await connection.open(5_000);
    const taken: string[] = [];
    const channels: Channel[] = [];
    const consumer = new QueueConsumer({
      connection,
      queue,
      prefetch: 10,
      careful: false,
      declare: async (channel) => void channels.push(channel),
      outlasts: false,
      leave: async () => undefined,
      receive: ({ content, finish }) => {
        taken.push(content.toString());
        then(finish);
      },
    });
    await consumer.start();
    return { consumer, connection, taken, channels };
  }
});

describe('a queue that outlasts the connection', () => {
  it('is not declared anew when that is lost, but is when it has gone', async () => {
    const cable = await scene.cable();
    const connection = new Connection({ url: cable.url, name: 'outlasting', ...new Notes() });
    await connection.open(5_000);
    const taken: string[] = [];
    let declared = 0;
    const consumer = new QueueConsumer({
      connection,
      queue: 'outlasting',
      prefetch: 10,
      careful: false,
      declare: async (channel) => {
        declared++;
        await channel.assertQueue('outlasting', { durable: true });
      },
      outlasts: true,
      receive: ({ content, finish }) => {
        taken.push(content.toString());
        finish();
      },
    });
    await consumer.start();
    const hears = async (text: string): Promise<void> => {
      await until('it is read', () => consumer.isSubscribed);
      scene.channel.sendToQueue('outlasting', Buffer.from(text));
      await until(`${text} is heard`, () => taken.includes(text));
    };
    await hears('one');
    cable.cut();
    await until('the loss is noticed', () => !consumer.isSubscribed);
    await hears('two');
    expect(declared).toBe(1);
    await scene.channel.deleteQueue('outlasting');
    await until('it is declared', () => declared === 2);
    await hears('three');
    cable.unplug();
    await scene.channel.deleteQueue('outlasting');
    cable.plugIn();
    await until('it is declared once more', () => declared === 3);
    await hears('four');
    await consumer.pause();
    await connection.close();
  });
});

describe('a duplicate', () => {
  it('arrives with the same id, by which the inbox knows it', async () => {
    const { taken } = await scene.service();
    const client = await scene.client();
    const message = await client.send(work, 'tea', 'coffee');
    await client.publisher.publish(message);
    await until('all have come', () => taken.length === 4);
    const ids = taken.map(({ id }) => id);
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
    expect(new Set(ids).size).toBe(2);
  });
});

describe('a message', () => {
  it('keeps its id, its cause, its request and its trace on the way', async () => {
    const { taken } = await scene.service();
    await scene.client();
    const sent = member();
    scene.put('events', [{ ...sent, type: 'order.happened.v1' }]);
    await until('it has come', () => taken.length === 1);
    const { id, causationId, requestId, traceparent } = sent;
    expect(taken[0]).toEqual({
      type: 'order.happened.v1',
      id,
      causationId,
      data: { text: 'tea' },
      source: 'order',
      trace: { requestId, traceparent },
      attempt: 1,
      replyTo: null,
    });
  });

  it('sent because of another has that as its cause, in the same trace', async () => {
    const { taken } = await scene.service();
    const client = await scene.client();
    const { id } = await client.send(work, 'tea');
    await until('it has come', () => taken.length === 1);
    expect(taken[0]).toMatchObject({
      id: `${id}.0`,
      causationId: 'msg_cause.0',
      trace: { requestId: 'req_test' },
    });
    expect(taken[0]?.trace.traceparent).toMatch(
      /^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/,
    );
  });
});
