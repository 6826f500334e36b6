import { type Channel, type ChannelModel, connect } from 'amqplib';
import { type TestBroker, testBroker } from '#testing';
import {
  declareExchanges,
  declareQueue,
  EVENT_LOG,
  EXCHANGES,
  queuesMadeBy,
  ROLES,
  type Role,
  SERVER_NAMED,
  VERBS,
  type Verb,
} from '../src/index.js';
import { DEFAULT_EXCHANGE, exchangePlace, type Place, queuePlace, serverNamedPlace } from './places.js';

const SERVICES = ['order', 'payment', 'stock'] as const;
const KINDS = { order: ['rpc', 'events'], payment: ['rpc', 'commands'], stock: ['rpc', 'commands'] } as const;
const FACTS = ['order.confirmed.v1', 'payment.captured.v1', 'stock.reserved.v1'];
/** Made by whoever runs the broker, and none of our business. */
const FOREIGN = { exchange: 'somebody.tells', queue: 'somebody.hears' };

const { rpc, reply, watch, commands, events, log, delay, retry, dead } = EXCHANGES;
const FAILURES = [delay, retry, dead];
const SERVICE = { configure: [], write: [reply, log, events, ...FAILURES], read: [rpc, watch, ...FAILURES] };

/** By hand, so that it is a second opinion: what each role needs of what is shared. Its own queues are its own. */
const SHARED: Readonly<Record<Role, Readonly<Record<Verb, readonly string[]>>>> = {
  gateway: { configure: [], write: [rpc, watch], read: [reply] },
  order: {
    ...SERVICE,
    write: [...SERVICE.write, commands],
    read: [...SERVICE.read, events, EVENT_LOG],
  },
  payment: { ...SERVICE, read: [...SERVICE.read, commands] },
  stock: { ...SERVICE, read: [...SERVICE.read, commands] },
  reader: { configure: [], write: [], read: [EVENT_LOG] },
};

let broker: TestBroker;
let urls: Readonly<Record<Role, string>>;
let administrator: ChannelModel;
let places: readonly Place[];

beforeAll(async () => {
  broker = await testBroker();
  urls = await broker.users();
  administrator = await connect(broker.url);
  await declareExchanges(administrator);
  const channel = await administrator.createChannel();
  await makeQueues(channel);
  const owners = new Map(SERVICES.flatMap((service) => queuesMadeBy(service).map((name) => [name, service])));
  const listed = await broker.manage<QueueRow[]>('GET', `/api/queues/${broker.vhost}`);
  places = [
    ...Object.values(EXCHANGES).map(exchangePlace),
    ...listed.map(({ name, ...options }) => queuePlace(name, options, owners.get(name))),
    exchangePlace(FOREIGN.exchange),
    exchangePlace(DEFAULT_EXCHANGE),
    serverNamedPlace(),
  ];
});
afterAll(async () => {
  await administrator?.close();
  await broker?.delete();
});

interface QueueRow {
  readonly name: string;
  readonly arguments: object;
  readonly auto_delete: boolean;
}

/** As the services make them; those of RPC would be gone after some seconds without a reader. */
async function makeQueues(channel: Channel): Promise<void> {
  for (const service of SERVICES) {
    for (const kind of KINDS[service]) {
      await declareQueue(
        channel,
        service,
        { kind, name: `${service}.${kind}`, replica: 'test', isInCluster: false },
        [],
      );
    }
    await channel.consume(`${service}.rpc`, () => undefined);
  }
  await channel.assertExchange(FOREIGN.exchange, 'direct');
  await channel.assertQueue(FOREIGN.queue);
}

describe('the permission matrix of the broker', () => {
  const counts = { tried: 0, given: 0 };

  it.each(ROLES)('lets %s do what it has to, and nothing else', async (role) => {
    const model = await connect(urls[role]);
    const rights = places.flatMap((place) => VERBS.map((verb) => ({ place, verb })));
    const tried = await Promise.all(
      rights.map(async ({ place, verb }) => {
        const isGiven = await isDone(model, (channel) => place.deeds[verb](channel, role));
        return { isGiven, isNeeded: needs(role, place, verb), right: `${verb} ${place.name}` };
      }),
    );
    await model.close();
    counts.tried += tried.length;
    counts.given += tried.filter(({ isGiven }) => isGiven).length;
    expect(tried.filter(({ isGiven, isNeeded }) => isGiven !== isNeeded)).toEqual([]);
  });

  it('has been tried everywhere', () => {
    process.stdout.write(
      `broker users: ${ROLES.length}; exchanges and queues: ${places.length}; rights tried: ${counts.tried}; given: ${counts.given}\n`,
    );
    const ours = Object.keys(EXCHANGES).length + SERVICES.flatMap(queuesMadeBy).length;
    // Besides: the event log, two of somebody else, the default exchange, and queues that the broker names.
    expect(places).toHaveLength(ours + 5);
    expect(counts.tried).toBe(ROLES.length * places.length * VERBS.length);
    expect(counts.given).toBeGreaterThan(0);
  });
});

describe('a service', () => {
  it.each(SERVICES)('may publish its own facts only: %s', async (service) => {
    const model = await connect(urls[service]);
    const published = [];
    for (const type of FACTS) {
      if (await isDone(model, (channel) => publish(channel, type))) published.push(type);
    }
    await model.close();
    expect(published).toEqual(FACTS.filter((type) => type.startsWith(service)));
  });

  it('may not pose as another', async () => {
    const model = await connect(urls.stock);
    const posing = (user: Role) => (channel: Channel) =>
      publish(channel, 'stock.reserved.v1', new URL(urls[user]).username);
    expect(await isDone(model, posing('stock'))).toBe(true);
    expect(await isDone(model, posing('payment'))).toBe(false);
    await model.close();
  });

  it('may bind its queue to the facts that are for it only', async () => {
    const model = await connect(urls.order);
    const bind = (type: string) => (channel: Channel) => channel.bindQueue('order.events', events, type);
    expect(await isDone(model, bind('payment.captured.v1'))).toBe(true);
    expect(await isDone(model, bind('payment.refund_succeeded.v1'))).toBe(false);
    expect(await isDone(model, bind('#'))).toBe(false);
    await model.close();
  });
});

function needs(role: Role, { name, of }: Place, verb: Verb): boolean {
  if (name === SERVER_NAMED) return role !== 'reader';
  return of ? of === role : SHARED[role][verb].includes(name);
}

function publish(channel: Channel, type: string, userId?: string): void {
  channel.publish(events, type, Buffer.from('[]'), userId === undefined ? {} : { userId });
}

/** ACCESS_REFUSED; PRECONDITION_FAILED when somebody poses as another. */
const REFUSED = [403, 406];

/** On a channel of its own, for the broker closes it when it refuses. All else that goes wrong is an error of this test. */
async function isDone(model: ChannelModel, deed: (channel: Channel) => unknown): Promise<boolean> {
  const channel = await model.createConfirmChannel();
  const refused = new Promise<never>((_, reject) => channel.once('error', reject));
  refused.catch(() => undefined);
  try {
    await Promise.race([refused, deed(channel)]);
    await Promise.race([refused, channel.waitForConfirms()]);
    await channel.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && REFUSED.includes(Number(error.code))) return false;
    throw error;
  }
}
