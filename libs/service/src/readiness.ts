import { setTimeout as pause } from 'node:timers/promises';
import { type ServiceName } from '#contracts';
import { type Observe, type RpcClient } from '#messaging';
import { type Readiness } from './health.controller.js';
import { type Shutdown } from './shutdown.js';
import { WATCH_MS, type Workers } from './worker.js';

const CHECK_MS = 1_000;
const SERVICES: readonly ServiceName[] = ['order', 'payment', 'stock'];

type Check = () => Promise<unknown>;

/** Not ready from the first moment of the shutdown on, whatever else works. */
export function checks(shutdown: Shutdown, all: Readonly<Record<string, Check>>): Readiness {
  return {
    async check() {
      const states = await Promise.all(
        Object.entries(all).map(async ([name, check]) => [name, await stateOf(check)] as const),
      );
      return { ...Object.fromEntries(states), process: shutdown.begun ? 'shutting down' : 'ok' };
    },
  };
}

/** One check for each service: whether anybody there answers. */
export function answering(rpc: RpcClient): Record<string, Check> {
  return Object.fromEntries(SERVICES.map((service) => [service, () => rpc.ping(service, CHECK_MS)]));
}

/** Tells of every check as a metric, whether anybody asks for it or not: who is up and does no work is seen too. */
export function watchReadiness(
  readiness: Readiness,
  { workers, observe }: { readonly workers: Pick<Workers, 'every'>; readonly observe: Observe },
): void {
  workers.every({ name: 'readiness', intervalMs: WATCH_MS }, async () => {
    const states = Object.entries(await readiness.check());
    for (const [check, state] of states) observe('waybill_ready', { check }, state === 'ok' ? 1 : 0);
  });
}

async function stateOf(check: Check): Promise<string> {
  const late = new AbortController();
  try {
    await Promise.race([check(), overdue(late.signal)]);
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    late.abort();
  }
}

async function overdue(signal: AbortSignal): Promise<never> {
  await pause(CHECK_MS, undefined, { signal });
  throw new Error(`no answer within ${CHECK_MS} ms`);
}
