import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { CRASH_POINTS, type CrashPoint } from '#crash-points';
import { matrixOf, type PathStory } from './matrix.js';
import { PATH_NAMES, type PathName } from './path-names.js';
import { reportOf } from './report.js';

/** From `npm run kill`: see tools/kill. */
const { WAYBILL_KILL = '{}' } = process.env;
const asked = JSON.parse(WAYBILL_KILL) as {
  readonly paths?: PathName[];
  readonly points?: CrashPoint[];
  readonly passings?: number;
  readonly parallel?: number;
  readonly report?: string;
};
const paths = asked.paths ?? (Object.keys(PATH_NAMES) as PathName[]);
const wanted = {
  paths,
  points: asked.points ?? (Object.keys(CRASH_POINTS) as CrashPoint[]),
  passings: asked.passings ?? 1,
};
const stories = new Map<PathName, PathStory>();

/** Several paths at a time, each in a shop of its own. */
beforeAll(async () => {
  const begun = performance.now();
  const left = [...paths];
  const say = (words: string) => process.stdout.write(`${words}\n`);
  const work = async (): Promise<void> => {
    for (let path = left.shift(); path; path = left.shift()) {
      const failed = (error: Error): PathStory => ({
        path,
        rows: [],
        failures: [String(error)],
      });
      stories.set(path, await matrixOf(path, wanted, say).catch(failed));
    }
  };
  await Promise.all(Array.from({ length: asked.parallel ?? 1 }, work));
  const report = reportOf(
    paths.flatMap((path) => stories.get(path) ?? []),
    {
      date: new Date().toISOString().slice(0, 10),
      commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
      machine: `${cpus().length} cores, Node ${process.version}`,
      minutes: `${((performance.now() - begun) / 60_000).toFixed(1)} min`,
    },
  );
  say(report);
  if (asked.report === undefined) return;
  mkdirSync(dirname(asked.report), { recursive: true });
  writeFileSync(asked.report, report);
});

test.each(paths)('on the path "%s" every process dies at every point, and everything heals', (path) => {
  const story = stories.get(path);
  expect(story?.failures).toEqual([]);
  expect(story?.rows.length).toBeGreaterThan(0);
});
