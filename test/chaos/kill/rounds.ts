import { CRASH_POINTS, type CrashPoint, type Passed } from '#crash-points';
import { type ProcessName } from '#testing';
import { PATH_NAMES, type PathName } from './path-names.js';
import { type Cell } from './victim.js';

/** What of the matrix is wanted. */
export interface Wanted {
  readonly points: readonly CrashPoint[];
  /** Of each point, at most so many. */
  readonly passings: number;
  /** Every process that passes a point dies there, or one of them: another one on each path. */
  readonly each: 'process' | 'point';
}

const SERVICES = ['order', 'payment', 'stock'] as const;
const POINTS = Object.keys(CRASH_POINTS) as CrashPoint[];
const PATHS = Object.keys(PATH_NAMES) as PathName[];

/**
 * Who dies together on a path, by what each process passes there. The gateway dies alone, for when it comes back it asks
 * the services; of these one each in a round.
 */
export function roundsOf(path: PathName, passed: ReadonlyMap<ProcessName, Passed>, wanted: Wanted): Cell[][] {
  const points = POINTS.filter((point) => wanted.points.includes(point));
  const isWanted = (process: ProcessName, point: CrashPoint): boolean => {
    const passing = SERVICES.filter((service) => passed.get(service)?.[point]);
    const turn = PATHS.indexOf(path) + POINTS.indexOf(point);
    return wanted.each === 'process' || passing.length === 0 || passing[turn % passing.length] === process;
  };
  const cellsOf = (process: ProcessName): Cell[] =>
    points
      .filter((point) => isWanted(process, point))
      .flatMap((point) =>
        Array.from({ length: Math.min(passed.get(process)?.[point] ?? 0, wanted.passings) }, (_, i) => ({
          process,
          point,
          passing: i + 1,
        })),
      );
  const services = SERVICES.map(cellsOf);
  const most = Math.max(...services.map((cells) => cells.length));
  const together = Array.from({ length: most }, (_, i) => services.flatMap((cells) => cells[i] ?? []));
  return [...cellsOf('gateway').map((cell) => [cell]), ...together];
}
