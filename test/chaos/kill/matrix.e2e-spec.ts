import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { CRASH_POINTS, type CrashPoint } from '#crash-points';
import { AT_START } from './boot.js';
import { matrixOf, type PathStory } from './matrix.js';
import { PATH_NAMES, type PathName } from './path-names.js';
import { reportOf } from './report.js';

/** From `npm run kill`: see tools/kill. */
const { WAYBILL_KILL = '{}' } = process.env;
const asked = JSON.parse(WAYBILL_KILL) as {
  readonly paths?: PathName[];
  readonly points?: CrashPoint[];
  readonly passings?: number;
  readonly each?: 'process' | 'point';
  readonly parallel?: number;
  readonly report?: string;
};
const paths = asked.paths ?? (Object.keys(PATH_NAMES) as PathName[]);
const wanted = {
  points: asked.points ?? (Object.keys(CRASH_POINTS) as CrashPoint[]),
  passings: asked.passings ?? 1,
  each: asked.each ?? 'process',
};
/** Where only the suite dies: while a process starts, and in a version conflict of replicas. */
const OFF_THE_PATHS = new Set<CrashPoint>([...AT_START.map(([point]) => point), 'loop.before-commit']);
const stories = new Map<PathName, PathStory>();

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();

/** Several paths at a time, each in a shop of its own. What is known is kept after each: a run that is stopped has a result. */
beforeAll(async () => {
  const begun = performance.now();
  const left = [...paths];
  const say = (words: string) => process.stdout.write(`${words}\n`);
  const work = async (): Promise<void> => {
    for (let path = left.shift(); path; path = left.shift()) {
      const failed = (error: Error): PathStory => ({
        path,
        rows: [],
        unreached: [],
        failures: [String(error)],
      });
      stories.set(path, await matrixOf(path, wanted, say).catch(failed));
      keep(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: asked.parallel ?? 1 }, work));
  say(reportAfter(performance.now() - begun));
});

function keep(tookMs: number): void {
  if (asked.report === undefined) return;
  mkdirSync(dirname(asked.report), { recursive: true });
  writeFileSync(asked.report, reportAfter(tookMs));
}

function reportAfter(tookMs: number): string {
  return reportOf(
    paths.flatMap((path) => stories.get(path) ?? []),
    {
      date: new Date().toISOString().slice(0, 10),
      commit,
      machine: `${cpus().length} cores, Node ${process.version}`,
      minutes: `${(tookMs / 60_000).toFixed(1)} min`,
    },
  );
}

test.each(paths)('on the path "%s" every process dies at every point, and everything heals', (path) => {
  const story = stories.get(path);
  expect(story?.failures).toEqual([]);
  expect(story?.rows.length).toBeGreaterThan(0);
});

const isWhole = asked.paths === undefined && asked.points === undefined;
(isWhole ? test : test.skip)('every point has fired that a path can pass', () => {
  const fired = new Set([...stories.values()].flatMap(({ rows }) => rows.map(({ point }) => point)));
  expect(wanted.points.filter((point) => !fired.has(point) && !OFF_THE_PATHS.has(point))).toEqual([]);
});
