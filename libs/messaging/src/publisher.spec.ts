import { EventEmitter } from 'node:events';
import { type ChannelModel } from 'amqplib';
import { type Connection } from './connection.js';
import { Publisher } from './publisher.js';

type Confirm = (error: unknown) => void;

/** A channel that confirms or refuses everything, or leaves it open. */
class FakeChannel extends EventEmitter {
  readonly open: Confirm[] = [];

  constructor(private readonly verdict: 'confirms' | 'refuses' | 'waits') {
    super();
  }

  publish(...args: unknown[]): void {
    const confirm = args.at(-1) as Confirm;
    if (this.verdict === 'waits') this.open.push(confirm);
    else confirm(this.verdict === 'refuses' ? new Error('nacked') : null);
  }

  close(): Promise<void> {
    this.emit('close');
    return Promise.resolve();
  }
}

async function publisherOver(channels: readonly FakeChannel[]) {
  let made = 0;
  const model = { createConfirmChannel: () => Promise.resolve(channels[made++]) };
  const renewed: unknown[] = [];
  const connection = {
    user: 'order',
    blocked: undefined,
    onOpen: (setUp: (model: ChannelModel) => Promise<void>) => setUp(model as unknown as ChannelModel),
    renew: (lost: unknown) => renewed.push(lost),
  } as unknown as Connection;
  const publisher = new Publisher(connection, { appId: 'order', observe: () => undefined });
  await publisher.start(() => Promise.resolve());
  const publish = (id: string) =>
    publisher.publish({ id, exchange: 'x', routingKey: 'k', type: 't', mandatory: true, body: '{}' }).then(
      () => 'confirmed',
      ({ failure }) => failure as string,
    );
  return { publish, renewed, publisher, made: () => made };
}

describe('a publisher whose channel refuses', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('takes another one for what comes next: the first may know the wrong leader of a queue for ever', async () => {
    const { publish } = await publisherOver([new FakeChannel('refuses'), new FakeChannel('confirms')]);
    expect(await publish('1')).toBe('refused');
    expect(await publish('2')).toBe('confirmed');
  });

  it('takes another one twice a second at most, for a full queue refuses on every channel', async () => {
    const { publish, made } = await publisherOver(
      Array.from({ length: 9 }, () => new FakeChannel('refuses')),
    );
    for (let i = 0; i < 5; i++) expect(await publish(`at once ${i}`)).toBe('refused');
    expect(made()).toBe(2);
    await jest.advanceTimersByTimeAsync(501);
    expect(await publish('later')).toBe('refused');
    expect(made()).toBe(3);
  });

  it('closes the first one when nothing on it is awaited any more, and sets up nothing anew for that', async () => {
    const first = new FakeChannel('waits');
    const second = new FakeChannel('waits');
    const { publish, renewed } = await publisherOver([first, second]);
    const [slow, refused] = [publish('slow'), publish('refused')];
    first.open[1]?.(new Error('nacked'));
    expect(await refused).toBe('refused');
    first.open[0]?.(null);
    expect(await slow).toBe('confirmed');
    await jest.advanceTimersByTimeAsync(4_000);
    const next = publish('next');
    const closed = jest.spyOn(first, 'close');
    await jest.advanceTimersByTimeAsync(2_000);
    expect(closed).toHaveBeenCalledTimes(1);
    expect(renewed).toEqual([]);
    second.open[0]?.(null);
    expect(await next).toBe('confirmed');
  });
});
