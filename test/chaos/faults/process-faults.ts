import { setTimeout as pause } from 'node:timers/promises';
import { type ProcessName, type RunningService } from '#testing';
import { type Rig } from '../rig.js';
import { type Fault } from '../schedule.js';
import { type Happening } from './happening.js';

const DEAF_MS = 500;

export const processFaults = {
  killed: kill,
  killed_together: kill,

  async stopped({ stack }, { target, forMs }) {
    const service = stack.of(target as ProcessName);
    service.signal('SIGSTOP');
    const isDeaf = await doesNotAnswer(service);
    await pause(Math.max(0, forMs - DEAF_MS));
    service.signal('SIGCONT');
    return isDeaf ? 1 : 0;
  },
} satisfies Record<string, Happening>;

async function kill({ stack }: Rig, { target, forMs }: Fault): Promise<number> {
  const victims = target.split('+').map((name) => stack.of(name as ProcessName));
  await Promise.all(victims.map((victim) => victim.kill()));
  const dead = victims.filter(({ isRunning }) => !isRunning).length;
  await pause(forMs);
  await Promise.all(victims.map((victim) => victim.start()));
  return dead === victims.length ? dead : 0;
}

async function doesNotAnswer({ url }: RunningService): Promise<boolean> {
  const asked = fetch(`${url}/health/live`, { signal: AbortSignal.timeout(DEAF_MS) });
  return asked.then(
    () => false,
    () => true,
  );
}
