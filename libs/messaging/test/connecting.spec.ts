import { type Channel } from 'amqplib';
import { Connection, Publisher } from '../src/index.js';
import { Notes } from './notes.js';
import { Scene, until } from './scene.js';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene.close());

/** What is said at once of a connection that can't be opened, and what in the end. */
async function wordsOf(change: (url: URL) => void, patienceMs: number) {
  const url = new URL(scene.broker.url);
  change(url);
  const notes = new Notes();
  const connection = new Connection({ url: url.href, name: 'test', ...notes });
  const begun = performance.now();
  const failure = connection.open(patienceMs).then(
    () => 'none: it connected',
    (error: Error) => error.message,
  );
  const inTheEnd = await failure;
  const tookMs = performance.now() - begun;
  await connection.close();
  return { atOnce: notes.words[0], inTheEnd, tookMs };
}

describe('a connection with a wrong password or user', () => {
  it.each(['password', 'username'] as const)(
    'fails long before its patience ends, with cause and remedy: %s',
    async (part) => {
      const { inTheEnd, tookMs } = await wordsOf((url) => {
        url[part] = 'wrong';
      }, 30_000);
      const user = part === 'username' ? 'wrong' : new URL(scene.broker.url).username;
      const { host } = new URL(scene.broker.url);
      expect(inTheEnd).toBe(
        `RabbitMQ at ${host} refuses the user "${user}": check user and password in RABBITMQ_URL.`,
      );
      expect(tookMs).toBeLessThan(15_000);
    },
  );
});

describe('a connection that is not there yet', () => {
  it.each([
    [
      'no such vhost',
      { pathname: '/none' },
      /does not let ".*" into the vhost "none": create the vhost, or give/,
    ],
    [
      'nobody listens',
      { port: '1' },
      /127\.0\.0\.1:1 refuses connections: check host and port in RABBITMQ_URL/,
    ],
    [
      'no such host',
      { hostname: 'no.such.host.invalid' },
      /has no address: check the host in RABBITMQ_URL\.$/,
    ],
  ])(
    'is tried again until patience runs out, and cause and remedy are told at once: %s',
    async (_, change, words) => {
      const { atOnce, inTheEnd } = await wordsOf((url) => Object.assign(url, change), 300);
      expect(inTheEnd).toMatch(words);
      if (atOnce !== undefined) expect(atOnce).toBe(`${inTheEnd} Trying again.`);
      expect(inTheEnd).not.toContain(new URL(scene.broker.url).password);
    },
  );

  it('is there as soon as the broker is', async () => {
    const cable = await scene.cable();
    cable.unplug();
    const notes = new Notes();
    const connection = new Connection({ url: cable.url, name: 'test', ...notes });
    const opened = connection.open(20_000);
    await until('it says that it waits', () => notes.words.length > 0);
    cable.plugIn();
    await opened;
    expect(notes.words).toEqual([
      expect.stringMatching(/can't be reached.* Trying again\.$/),
      'connected to the broker',
    ]);
    await connection.close();
  });
});

describe('a lost connection', () => {
  it('is made again, as often as it takes, with everything on it', async () => {
    const cable = await scene.cable();
    const notes = new Notes();
    const connection = new Connection({ url: cable.url, name: 'test', ...notes });
    await connection.open(5_000);
    const setUps: number[] = [];
    await connection.onOpen(async () => void setUps.push(1));
    for (let i = 1; i <= 5; i++) {
      cable.cut();
      await until('it is made again', () => setUps.length === i + 1 && connection.isOpen);
    }
    expect(notes.count('waybill_broker_connections_lost_total')).toBe(5);
    await connection.close();
  });

  it('whose set-up fails is made again too', async () => {
    const cable = await scene.cable();
    const connection = new Connection({ url: cable.url, name: 'test', ...new Notes() });
    await connection.open(5_000);
    let fails = 0;
    let done = 0;
    await connection.onOpen(async () => {
      if (fails-- > 0) throw new Error('not yet');
      done++;
    });
    fails = 2;
    cable.cut();
    await until('it is set up', () => done === 2);
    expect(connection.isOpen).toBe(true);
    await connection.close();
  });

  it('whose set-up is not answered is given up, and made again at the next node', async () => {
    const cable = await scene.cable();
    const url = [cable.url, cable.url].join();
    const connection = new Connection({ url, name: 'test', ...new Notes() });
    await connection.open(5_000);
    let setUps = 0;
    let given = false;
    await connection.onOpen(async (model) => {
      if (++setUps !== 2) return;
      model.on('close', () => {
        given = true;
      });
      await new Promise(() => undefined);
    });
    cable.cut();
    await until('it is set up', () => setUps === 3 && connection.isOpen);
    expect(given).toBe(true);
    await connection.close();
  });

  it('whose very first set-up is not answered is given up too, and made again', async () => {
    const cable = await scene.cable();
    const connection = new Connection({ url: [cable.url, cable.url].join(), name: 'test', ...new Notes() });
    await connection.open(20_000);
    let setUps = 0;
    await connection.onOpen(async () => {
      if (++setUps === 1) await new Promise(() => undefined);
    });
    expect([setUps, connection.isOpen]).toEqual([2, true]);
    await connection.close();
  });

  it('whose very first set-up was cut off is made again, and whoever set it up hears of nothing', async () => {
    const cable = await scene.cable();
    const connection = new Connection({ url: cable.url, name: 'test', ...new Notes() });
    await connection.open(5_000);
    let tries = 0;
    await connection.onOpen(async (model) => {
      if (++tries === 1) cable.cut();
      await model.createChannel();
    });
    expect([tries, connection.isOpen]).toEqual([2, true]);
    await connection.close();
  });

  it('that was closed the moment it was made is made again before anything is set up on it', async () => {
    const cable = await scene.cable();
    cable.refuseNext();
    const connection = new Connection({ url: cable.url, name: 'test', ...new Notes() });
    await connection.open(5_000);
    let channels = 0;
    await connection.onOpen(async (model) => {
      await model.createChannel();
      channels++;
    });
    expect([channels, connection.isOpen]).toEqual([1, true]);
    await connection.close();
  });

  it('of which the first set-up never works is given up in the end, with the first cause', async () => {
    const connection = new Connection({ url: scene.broker.url, name: 'test', ...new Notes() });
    await connection.open(1_000);
    let tries = 0;
    const setUp = connection.onOpen(() => Promise.reject(new Error(`try ${++tries}`)));
    await expect(setUp).rejects.toThrow('try 1');
    await until('it is tried again', () => tries > 1);
    await connection.close();
  });

  it('of which the broker closes a channel while the rest is set up is made again', async () => {
    const cable = await scene.cable();
    const connection = new Connection({ url: cable.url, name: 'test', ...new Notes() });
    await connection.open(5_000);
    const channels: Channel[] = [];
    await connection.onOpen(async (model) => {
      const channel = await model.createChannel();
      channel.on('error', () => undefined);
      channel.on('close', () => connection.renew(model));
      channels.push(channel);
    });
    await connection.onOpen(async () => {
      if (channels.length === 2) await channels[1]?.checkQueue('none').catch(() => undefined);
    });
    cable.cut();
    await until('it is made again', () => channels.length === 3 && connection.isOpen);
    await connection.close();
  });

  it('while it is being closed is closed: nobody waits, nothing is made again', async () => {
    const cable = await scene.cable();
    const notes = new Notes();
    const connection = new Connection({ url: cable.url, name: 'test', ...notes });
    await connection.open(5_000);
    cable.cut();
    const begun = performance.now();
    await connection.close();
    expect(performance.now() - begun).toBeLessThan(4_500);
    expect(connection.isOpen).toBe(false);
  });
});

it('a connection that is made again, and left because a queue is not there, leaves no timer behind', async () => {
  const cable = await scene.cable();
  const connection = new Connection({ url: cable.url, name: 'test', ...new Notes() });
  await connection.open(5_000);
  let tries = 0;
  await connection.onOpen(async (model) => {
    const channel = await model.createChannel();
    channel.on('error', () => undefined).on('close', () => connection.renew(model));
    if (++tries === 2) await channel.checkQueue('none');
  });
  const timers = () => process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length;
  const before = timers();
  cable.cut();
  await until('it works in the end', () => tries === 3 && connection.isOpen);
  await until('no more timers than before', () => timers() <= before, 10_000);
  await connection.close();
});

describe('a connection to one of several nodes', () => {
  it('is there when one of them is, and goes to the other when it loses the one it has', async () => {
    const [one, two] = [await scene.cable(), await scene.cable()];
    one.unplug();
    const notes = new Notes();
    const connection = new Connection({ url: `${one.url},${two.url}`, name: 'test', ...notes });
    await connection.open(0);
    one.plugIn();
    two.unplug();
    const made = () => notes.times('connected to the broker');
    await until('it is made through the first', () => made() === 2 && connection.isOpen);
    two.plugIn();
    one.unplug();
    await until('it is made through the second', () => made() === 3 && connection.isOpen);
    await connection.close();
  });

  it('that has lost all of them waits for any', async () => {
    const cables = [await scene.cable(), await scene.cable()] as const;
    const url = cables.map((cable) => cable.url).join(',');
    const notes = new Notes();
    const connection = new Connection({ url, name: 'test', ...notes });
    await connection.open(5_000);
    for (const cable of cables) cable.unplug();
    await until('both were tried', () =>
      notes.words.some((words) => cables.every((cable) => words.includes(new URL(cable.url).host))),
    );
    cables[1].plugIn();
    await until('it is made again', () => connection.isOpen);
    await connection.close();
  });

  it('asks questions through a queue that outlasts a node', async () => {
    const url = `${scene.broker.url},${scene.broker.url}`;
    await scene.service({ url });
    const path = `/api/queues/${scene.broker.vhost}/stock.rpc`;
    expect(await scene.broker.manage('GET', path)).toMatchObject({ type: 'quorum' });
    const client = await scene.client();
    expect(await client.ask('tea')).toEqual({ text: 'tea' });
  });
});

describe('a service', () => {
  it('that claims the queue of another is refused, by name', async () => {
    await expect(scene.service({ service: 'payment' })).rejects.toThrow(
      'payment must not handle stock.echo.v1: it is for stock. See libs/contracts.',
    );
    await expect(scene.channel.checkQueue('payment.commands')).rejects.toThrow('NOT_FOUND');
  });
});

describe('a publisher', () => {
  it('is not ready before it has a channel', () => {
    const connection = new Connection({ url: scene.broker.url, name: 'test', ...new Notes() });
    const publisher = new Publisher(connection, { appId: 'test', ...new Notes() });
    expect(publisher.isReady).toBe(false);
    publisher.stop();
  });
});
