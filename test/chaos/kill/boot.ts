import { type CrashPoint } from '#crash-points';
import { freePort, RunningService, testBroker, testDatabase } from '#testing';
import { type Scene } from './scene.js';

/** The points that a process passes before anybody can tell it where to die. The tables of the library are there already. */
export const AT_START: readonly (readonly [point: CrashPoint, passing: number])[] = [
  ['migrate.before-commit', 2],
  ['migrate.committed', 1],
  ['start.before-ready', 1],
];

export interface Boot {
  readonly died: readonly string[];
  readonly migrations: readonly string[];
}

/** A stock service of its own on an empty database, which dies at each point one after the other, and then starts. */
export async function bootWithDeaths({ shop }: Scene): Promise<Boot> {
  const broker = await testBroker();
  const empty = await testDatabase();
  const env = { ...shop.stack.environment(), RABBITMQ_URL: broker.url, STOCK_DATABASE_URL: empty.url };
  const start = async (crashAt: string): Promise<RunningService> => {
    const service = new RunningService('stock', await freePort(), {
      ...env,
      CRASH_AT: crashAt,
    });
    await service.start();
    return service;
  };
  try {
    const died: string[] = [];
    for (const [point, passing] of AT_START) {
      const service = await start(`${point}:${passing}`).catch((error: Error) => error);
      if (service instanceof Error) died.push(service.message);
      else await service.kill();
    }
    await (await start('wait')).stop();
    const { rows } = await empty.database.query<{ name: string }>(
      'select name from migrations order by name',
    );
    return { died, migrations: rows.map(({ name }) => name) };
  } finally {
    await empty.drop();
    await broker.delete();
  }
}

export async function startInProduction({ shop }: Scene): Promise<void> {
  const env = { ...shop.stack.environment(), NODE_ENV: 'production', CRASH_AT: 'loop.saved' };
  const service = new RunningService('order', await freePort(), env);
  await service.start();
  await service.kill();
}
