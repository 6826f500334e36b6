import { Socket } from 'node:net';
import { PublishError } from '../src/index.js';
import { refusalOf } from './client.js';
import { Scene, until } from './scene.js';
import { happened, noted, textsOf, work } from './service.js';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene.close());

describe('an unroutable event', () => {
  it('is a failure, when one of our services needs it', async () => {
    const client = await scene.client();
    await expect(client.send(happened, 'tea')).rejects.toMatchObject({ failure: 'returned' });
    expect(client.notes.count('waybill_publish_failures_total')).toBe(1);
  });

  it('is none, when nobody needs it', async () => {
    const client = await scene.client();
    await expect(client.send(noted, 'tea')).resolves.toMatchObject({ mandatory: false });
  });

  it('is sent with success as soon as there is a queue for it', async () => {
    const client = await scene.client();
    const sending = client.send(happened, 'early').catch((error: unknown) => error);
    expect(await sending).toBeInstanceOf(PublishError);
    const { taken } = await scene.service();
    await client.send(happened, 'tea');
    await until('it has arrived', () => textsOf(taken).includes('tea'));
    expect(textsOf(taken)).toEqual(['tea']);
  });
});

describe('while there is no connection', () => {
  it('nothing is buffered: a publish fails at once, and is not sent later', async () => {
    const cable = await scene.cable();
    const { taken } = await scene.service();
    const client = await scene.client(cable.url);
    cable.unplug();
    await until('the loss is noticed', () => !client.publisher.isReady);
    const failed = await Promise.allSettled(Array.from({ length: 10_000 }, () => client.send(work, 'lost')));
    expect(
      failed.every((one) => one.status === 'rejected' && (one.reason as PublishError).failure === 'unsent'),
    ).toBe(true);
    cable.plugIn();
    await until('it is connected again', () => client.publisher.isReady);
    await client.send(work, 'tea');
    await until('it has arrived', () => textsOf(taken).includes('tea'));
    expect(textsOf(taken)).toEqual(['tea']);
  });

  it('what was sent just before fails at once too, as unknown', async () => {
    const cable = await scene.cable();
    await scene.service();
    const client = await scene.client(cable.url);
    cable.freeze();
    const sending = client.send(work, 'tea');
    cable.cut();
    await expect(sending).rejects.toMatchObject({ failure: 'unknown' });
  });
});

describe('a confirm', () => {
  it('that does not come has a deadline, for a call as for a message', async () => {
    const cable = await scene.cable();
    await scene.service();
    const client = await scene.client(cable.url);
    cable.freeze();
    const call = refusalOf(client.ask('tea', 30_000));
    const begun = performance.now();
    await expect(client.send(work, 'tea')).rejects.toMatchObject({ failure: 'unknown' });
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect((await call).code).toBe('outcome-unknown');
    cable.cut();
  });

  it('that comes late, when the message is published again, leaves the second publish its own', async () => {
    const cable = await scene.cable();
    await scene.service();
    const client = await scene.client();
    const message = await client.send(work, 'tea');
    const slow = await scene.client(cable.url);
    cable.freeze();
    await expect(slow.publisher.publish(message)).rejects.toMatchObject({ failure: 'unknown' });
    // As the sweeper of an outbox does.
    let outcome = 'open';
    const again = slow.publisher.publish(message).then(
      () => (outcome = 'confirmed'),
      (error: PublishError) => (outcome = error.failure),
    );
    cable.thaw();
    await until('it is settled', () => outcome !== 'open');
    expect(await again).toBe('confirmed');
  });

  it('is awaited by each of two publishes of one message', async () => {
    await scene.service();
    const client = await scene.client();
    const message = await client.send(work, 'tea');
    const twice = await Promise.allSettled([
      client.publisher.publish(message),
      client.publisher.publish(message),
    ]);
    expect(twice.map(({ status }) => status)).toContain('fulfilled');
  });
});

describe('a full queue', () => {
  it('refuses what comes next, and keeps what it has', async () => {
    await scene.limit('^stock\\.commands$', { 'max-length': 5 });
    const service = await scene.service();
    const client = await scene.client();
    await service.stop();
    let sent = 0;
    await until('it is refused', async () => {
      const error: unknown = await client.send(work, `${sent}`).catch((reason: unknown) => reason);
      if (error instanceof PublishError) return error.failure === 'refused';
      sent++;
      return false;
    });
    expect(sent).toBeGreaterThanOrEqual(5);
    expect(await scene.waiting('stock.commands')).toBe(sent);
  });
});

describe('noDelay and corking', () => {
  it('let all frames of one turn leave in one write, without waiting for company', async () => {
    const writes: number[] = [];
    const delays: unknown[] = [];
    const onCall = {
      _write: () => writes.push(1),
      _writev: (chunks: unknown) => writes.push((chunks as unknown[]).length),
      setNoDelay: (noDelay: unknown) => delays.push(noDelay),
    };
    const port = Number(new URL(scene.broker.url).port);
    const prototype = Socket.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
    const spies = Object.entries(onCall).map(([name, note]) => {
      const original = prototype[name];
      return jest.spyOn(prototype, name).mockImplementation(function (this: Socket, ...args) {
        if (this.remotePort === port) note(args[0]);
        return original?.apply(this, args);
      });
    });
    try {
      await scene.service();
      const client = await scene.client();
      writes.length = 0;
      // Too large to be one chunk: method, header and body are frames of their own.
      await Promise.all(Array.from({ length: 20 }, () => client.send(noted, 'x'.repeat(2_500))));
      expect(writes).toEqual([40]);
      expect(delays).toEqual([true, true, true, true]);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });
});
