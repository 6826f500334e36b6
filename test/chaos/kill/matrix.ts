import { CRASH_POINTS, type CrashPoint } from '#crash-points';
import { type ProcessName } from '#testing';
import { type PathName } from './path-names.js';
import { play, rehearse } from './round.js';
import { Scene } from './scene.js';
import { type Cell, wordsOf } from './victim.js';

/** What of the matrix is wanted. */
export interface Wanted {
  readonly paths: readonly PathName[];
  readonly points: readonly CrashPoint[];
  /** Of each point, at most so many. */
  readonly passings: number;
}

export interface Row extends Cell {
  readonly path: PathName;
  /** From the death until everything had ended and all books agreed. */
  readonly healMs: number;
}

export interface PathStory {
  readonly path: PathName;
  readonly rows: readonly Row[];
  readonly failures: readonly string[];
}

/** Timing decides how often some points are passed: one that was not reached gets so many more chances. */
const CHANCES = 3;

const POINTS = Object.keys(CRASH_POINTS) as CrashPoint[];

/**
 * Every process dies at every point that it passes on a path, each time that it passes it. The gateway alone, for when it
 * comes back it asks the services; of the others one each in a round.
 */
export async function matrixOf(
  path: PathName,
  wanted: Wanted,
  say: (words: string) => void,
): Promise<PathStory> {
  let scene = await Scene.open();
  const rows: Row[] = [];
  const failures: string[] = [];
  try {
    const rounds = roundsOf(await rehearse(scene, path), wanted);
    say(`${path}: ${rounds.flat().length} deaths in ${rounds.length} rounds`);
    for (const [i, cells] of rounds.entries()) {
      try {
        rows.push(...(await heal(scene, path, cells)));
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
  return { path, rows, failures };
}

async function heal(scene: Scene, path: PathName, cells: readonly Cell[], chance = 1): Promise<Row[]> {
  const { deaths, alive, check } = await play(scene, path, cells);
  await scene.expectHealed();
  await check();
  const now = performance.now();
  const rows = deaths.map(({ at, ...cell }) => ({ ...cell, path, healMs: Math.round(now - at) }));
  if (alive.length === 0) return rows;
  if (chance === CHANCES)
    throw new Error(`never came to where they were to die: ${alive.map(wordsOf).join(', ')}`);
  return [...rows, ...(await heal(scene, path, alive, chance + 1))];
}

function roundsOf(passed: Awaited<ReturnType<typeof rehearse>>, { points, passings }: Wanted): Cell[][] {
  const cellsOf = (process: ProcessName): Cell[] =>
    POINTS.filter((point) => points.includes(point)).flatMap((point) =>
      Array.from({ length: Math.min(passed.get(process)?.[point] ?? 0, passings) }, (_, i) => ({
        process,
        point,
        passing: i + 1,
      })),
    );
  const services = (['order', 'payment', 'stock'] as const).map(cellsOf);
  const most = Math.max(...services.map((cells) => cells.length));
  const together = Array.from({ length: most }, (_, i) => services.flatMap((cells) => cells[i] ?? []));
  return [...cellsOf('gateway').map((cell) => [cell]), ...together];
}
