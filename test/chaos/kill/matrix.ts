import { type PathName } from './path-names.js';
import { play, rehearse } from './round.js';
import { roundsOf, type Wanted } from './rounds.js';
import { Scene } from './scene.js';
import { type Cell, wordsOf } from './victim.js';

export interface Row extends Cell {
  readonly path: PathName;
  /** From the death until everything had ended and all books agreed. */
  readonly healMs: number;
}

export interface PathStory {
  readonly path: PathName;
  readonly rows: readonly Row[];
  /** Passed when nobody died, and not again: timing decides how often some points are passed, if at all. */
  readonly unreached: readonly Cell[];
  readonly failures: readonly string[];
}

/** What was not reached gets so many chances in all, each so long after the end of its path. */
const CHANCES = 3;
const FIRE_MS = 8_000;

/** Processes die at the points that they pass on a path, and after each round everything heals. */
export async function matrixOf(
  path: PathName,
  wanted: Wanted,
  say: (words: string) => void,
): Promise<PathStory> {
  let scene = await Scene.open();
  const rows: Row[] = [];
  const unreached: Cell[] = [];
  const failures: string[] = [];
  try {
    const rounds = roundsOf(path, await rehearse(scene, path), wanted);
    say(`${path}: ${rounds.flat().length} deaths in ${rounds.length} rounds`);
    for (const [i, cells] of rounds.entries()) {
      try {
        const healed = await heal(scene, path, cells);
        rows.push(...healed.rows);
        unreached.push(...healed.alive);
        say(`${path}: ${i + 1}/${rounds.length} ${cells.map(wordsOf).join(', ')}`);
      } catch (error) {
        failures.push(`${path}: ${cells.map(wordsOf).join(', ')}: ${(error as Error).message}`);
        say(`FAILED ${failures.at(-1)}`);
        await scene.close().catch(() => undefined);
        scene = await Scene.open();
      }
    }
  } finally {
    await scene.close();
  }
  return { path, rows, unreached, failures };
}

interface Healed {
  readonly rows: readonly Row[];
  readonly alive: readonly Cell[];
}

async function heal(scene: Scene, path: PathName, cells: readonly Cell[], chance = 1): Promise<Healed> {
  const { deaths, alive, check } = await play(scene, path, cells, FIRE_MS);
  await scene.expectHealed();
  await check();
  const now = performance.now();
  const rows = deaths.map(({ at, ...cell }) => ({ ...cell, path, healMs: Math.round(now - at) }));
  if (alive.length === 0 || chance === CHANCES) return { rows, alive };
  const more = await heal(scene, path, alive, chance + 1);
  return { rows: [...rows, ...more.rows], alive: more.alive };
}
