import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { controlServer } from '#testing';
import { type TestClient } from './client.js';
import { Scene, until } from './scene.js';
import { textsOf, work } from './service.js';

const TEST_MS = 400_000;

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene.close(), TEST_MS);

/** Sends and asks without end, a few at a time, and keeps account of it. */
class Traffic {
  readonly confirmed: string[] = [];
  readonly failed = new Map<string, number>();
  answered = 0;
  private readonly workers: Promise<void>[];
  private stopped = false;
  private sent = 0;

  constructor(
    private readonly client: TestClient,
    workers: number,
  ) {
    this.workers = Array.from({ length: workers }, () => this.work());
  }

  /** Resolves when nothing is under way any more: each message and each call has ended in some way. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.workers);
  }

  /** Resolves when another message is confirmed and another call answered. */
  flows(): Promise<void> {
    const [confirmed, answered] = [this.confirmed.length, this.answered];
    return until('the traffic flows', () => this.confirmed.length > confirmed && this.answered > answered);
  }

  private async work(): Promise<void> {
    while (!this.stopped) {
      const text = `message ${this.sent++}`;
      const results = await Promise.allSettled([this.client.send(work, text), this.client.ask(text, 5_000)]);
      if (results[0].status === 'fulfilled') this.confirmed.push(text);
      if (results[1].status === 'fulfilled') this.answered++;
      for (const one of results) if (one.status === 'rejected') this.note(one.reason);
      await pause(2);
    }
  }

  private note({ failure, code }: { readonly failure?: string; readonly code?: string }): void {
    const how = failure ?? code ?? 'something else';
    this.failed.set(how, (this.failed.get(how) ?? 0) + 1);
  }
}

/** A user of the broker for this test alone: the management API can close all connections of a user, at once. */
async function ownUser(): Promise<{ readonly url: string; readonly cutOff: () => Promise<void> }> {
  const { broker } = scene;
  const { url, vhost } = broker;
  const password = randomBytes(12).toString('hex');
  await broker.manage('PUT', `/api/users/${vhost}`, { password, tags: '' });
  scene.atEnd(() => broker.manage('DELETE', `/api/users/${vhost}`));
  await broker.manage('PUT', `/api/permissions/${vhost}/${vhost}`, {
    configure: '.*',
    write: '.*',
    read: '.*',
  });
  return {
    url: Object.assign(new URL(url), { username: vhost, password }).href,
    cutOff: () => broker.manage('DELETE', `/api/connections/username/${vhost}`),
  };
}

const RESTARTS = 50;
/** Most are closed connections, which is what a restart is to a client; these two are the real thing. */
const REAL: Readonly<Record<number, () => Promise<void>>> = {
  15: () => controlServer('broker', 'kill'),
  35: () => controlServer('broker', 'restart'),
};
const HOW_IT_MAY_FAIL = ['unsent', 'unknown', 'returned', 'service-unavailable', 'outcome-unknown'];

describe(`${RESTARTS} restarts of the broker under traffic`, () => {
  it(
    'lose nothing that was confirmed, and leave no promise open',
    async () => {
      const user = await ownUser();
      const service = await scene.service({ url: user.url });
      const client = await scene.client(user.url);
      const traffic = new Traffic(client, 8);
      scene.atEnd(() => traffic.stop());
      const losses = (): number => client.notes.count('waybill_broker_connections_lost_total');
      for (let i = 1; i <= RESTARTS; i++) {
        const before = losses();
        await (REAL[i] ?? user.cutOff)();
        await until(`both connections are lost: restart ${i}`, () => losses() >= before + 2);
        await until('all are connected again', () => client.rpc.isReady && service.server.isReady);
        await traffic.flows();
      }
      await traffic.stop();
      expect(client.rpc.inFlight).toBe(0);
      await until('all that was confirmed is handled', () => {
        const handled = new Set(textsOf(service.taken));
        return traffic.confirmed.every((text) => handled.has(text));
      });
      expect(traffic.confirmed.length).toBeGreaterThanOrEqual(RESTARTS);
      expect(HOW_IT_MAY_FAIL).toEqual(expect.arrayContaining([...traffic.failed.keys()]));
      await scene.connect();
      expect(await scene.waiting('stock.dead')).toBe(0);
    },
    TEST_MS,
  );
});
