import { CRASH_POINTS, type CrashPoint } from '#crash-points';
import { type PathStory, type Row } from './matrix.js';
import { wordsOf } from './victim.js';

export interface About {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  readonly minutes: string;
}

/** Point × path: how many deaths, of which each was healed. */
export function reportOf(stories: readonly PathStory[], about: About): string {
  const rows = stories.flatMap((story) => story.rows);
  const failures = stories.flatMap((story) => story.failures);
  const unreached = stories.flatMap((story) =>
    story.unreached.map((cell) => `${story.path}: ${wordsOf(cell)}`),
  );
  const paths = stories.map(({ path }) => path);
  const points = (Object.keys(CRASH_POINTS) as CrashPoint[]).filter((one) =>
    rows.some(({ point }) => point === one),
  );
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [
    '# The kill matrix',
    '',
    'Each number is how many times processes died there, by kill -9, on that path: each time they were started again at',
    'once, and everything ended as it should have, with all books in agreement. Made by `npm run long:kill`.',
    '',
    line(['Date', 'Commit', 'Machine', 'Time', 'Points', 'Deaths', 'Failures']),
    line(Array.from({ length: 7 }, () => '---')),
    line([
      about.date,
      about.commit,
      about.machine,
      about.minutes,
      points.length,
      rows.length,
      failures.length,
    ]),
    '',
    line(['Point', ...paths]),
    line(['---', ...paths.map(() => '---:')]),
    ...points.map((point) => line([`\`${point}\``, ...paths.map((path) => countOf(rows, { point, path }))])),
    line(['time to heal, half of them, ms', ...paths.map((path) => healOf(rows, path, 0.5))]),
    line(['time to heal, the longest, ms', ...paths.map((path) => healOf(rows, path, 1))]),
    '',
    ...listOf('Passed when nobody died, and not again in three tries', unreached),
    ...listOf('Failures', failures),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function listOf(title: string, items: readonly string[]): string[] {
  return items.length > 0 ? [`${title}:`, '', ...items.map((item) => `- ${item.split('\n')[0]}`), ''] : [];
}

function countOf(rows: readonly Row[], { point, path }: Pick<Row, 'point' | 'path'>): string {
  const count = rows.filter((row) => row.point === point && row.path === path).length;
  return count > 0 ? String(count) : '';
}

function healOf(rows: readonly Row[], path: string, share: number): string {
  const times = rows.filter((row) => row.path === path).map(({ healMs }) => healMs);
  const sorted = times.toSorted((a, b) => a - b);
  return String(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? '');
}
