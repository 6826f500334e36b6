import { setTimeout as pause } from 'node:timers/promises';
import { type Passed } from '#crash-points';
import { type ProcessName } from '#testing';
import { type PathName } from './path-names.js';
import { type Check, PATHS } from './paths.js';
import { type Scene } from './scene.js';
import { type Cell, type Death, Victim } from './victim.js';

export interface Played {
  readonly path: PathName;
  readonly deaths: readonly Death[];
  /** Those that never came to where they were to die. */
  readonly alive: readonly Cell[];
  readonly check: Check;
}

/** From the end of a path: what happens then by itself, as the outbox is tidied up, takes a second on a quiet machine. */
const FIRE_MS = 30_000;

/** Walks a path while processes die on it, each at its point; each is started again at once. */
export async function play(
  scene: Scene,
  path: PathName,
  cells: readonly Cell[],
  fireMs = FIRE_MS,
): Promise<Played> {
  const victims = await Promise.all(cells.map((cell) => Victim.arm(scene.shop.stack.of(cell.process), cell)));
  const check = await PATHS[path](scene);
  const deaths = Promise.all(victims.map(({ death }) => death));
  const over = new AbortController();
  await Promise.race([deaths, pause(fireMs, undefined, over)]).finally(() => over.abort());
  await Promise.all(victims.map((victim) => victim.spare()));
  const died = await deaths;
  return {
    path,
    check,
    deaths: died.flatMap((death) => death ?? []),
    alive: cells.filter((_, i) => died[i] === undefined),
  };
}

/** Walks a path on which nobody dies. Gives how often each process passed each of its points. */
export async function rehearse(scene: Scene, path: PathName): Promise<Map<ProcessName, Passed>> {
  const passed = () =>
    Promise.all(
      scene.shop.stack.processes.map(
        async (service) => [service.name, await service.crashAt('wait')] as const,
      ),
    );
  await passed();
  const check = await PATHS[path](scene);
  await scene.expectHealed();
  // Before the check, which asks for more than the path does.
  const counted = new Map(await passed());
  await check();
  return counted;
}
