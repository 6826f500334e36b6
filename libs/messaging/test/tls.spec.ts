import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection, type ConnectionOptions } from '../src/index.js';
import { listenWithTls, stopTls } from './broker-tool.js';
import { Authority } from './certificates.js';
import { Notes } from './notes.js';
import { Scene } from './scene.js';

/** Longer than anybody waits: what is hopeless is said at once. */
const PATIENCE_MS = 60_000;

let scene: Scene;
let folder: string;
let port: number;
let ours: string;
let another: string;

beforeAll(async () => {
  scene = await Scene.open();
  folder = await mkdtemp(join(tmpdir(), 'waybill-tls-'));
  const authority = await Authority.in(folder, 'ours');
  ours = await authority.pem();
  another = await (await Authority.in(folder, 'another')).pem();
  port = await listenWithTls(await authority.certify('localhost'));
});
afterAll(async () => {
  await stopTls(port);
  await scene.close();
  await rm(folder, { recursive: true });
});

function urlTo(hostname: string): string {
  const url = new URL(scene.broker.url.replace(/^amqp:/, 'amqps:'));
  return Object.assign(url, { hostname, port: String(port) }).href;
}

async function failureOf(options: Pick<ConnectionOptions, 'url' | 'ca'>): Promise<string> {
  const connection = new Connection({ name: 'test', ...new Notes(), ...options });
  return connection.open(PATIENCE_MS).then(
    () => 'none: it connected',
    (error: Error) => error.message,
  );
}

describe('a broker that listens with TLS', () => {
  it('is asked and told as any other by who knows its authority', async () => {
    const [client] = await Promise.all([
      scene.client(urlTo('localhost'), ours),
      scene.service({ url: urlTo('localhost'), ca: ours }),
    ]);
    expect(await client.ask('tea')).toEqual({ text: 'tea' });
  });

  it.each([
    ['no authority', () => undefined],
    ['another authority', () => another],
  ])('is not believed by who knows %s, and the remedy is told', async (_, ca) => {
    expect(await failureOf({ url: urlTo('localhost'), ca: ca() })).toMatch(
      /shows a certificate of an authority that is not known here: name the file .* in RABBITMQ_CA_FILE/,
    );
  });

  it('is not believed under another name, and the remedy is told', async () => {
    expect(await failureOf({ url: urlTo('127.0.0.1'), ca: ours })).toMatch(
      /shows a certificate of another host: use a name in RABBITMQ_URL that is in it/,
    );
  });

  it('does not do so at its other port, and the remedy is told', async () => {
    const { port: plain } = new URL(scene.broker.url);
    const url = Object.assign(new URL(urlTo('localhost')), { port: plain }).href;
    const connection = new Connection({ url, ca: ours, name: 'test', ...new Notes() });
    await expect(connection.open(0)).rejects.toThrow(/does not speak TLS at this port/);
  });
});
