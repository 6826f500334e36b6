import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KIND_NAMES, type KindName } from './kinds.js';
import { type Report, run } from './run.js';
import { scheduleOf } from './schedule.js';

/** Given by `npm run chaos`. */
interface Wanted {
  readonly seed: number;
  readonly runs: number;
  readonly seconds: number;
  readonly clients: number;
  readonly kinds: readonly KindName[];
  /** Where reports and what explains a violation go. */
  readonly folder: string;
}

/** Half of a short run would be the start of Erlang. What they do is tested elsewhere too, and in every long run. */
const TOO_LONG: readonly KindName[] = [
  'broker_restarted',
  'broker_killed',
  'broker_out_of_memory',
  'broker_out_of_disk',
];
/** Only who has a broker and a database alone may do that to them. */
const PRIVATE = /^(?:broker_|database_)/;

function usualKinds(): KindName[] {
  const isPrivate = process.env.WAYBILL_TEST_FOLDER !== undefined;
  return KIND_NAMES.filter((kind) => !TOO_LONG.includes(kind) && (isPrivate || !PRIVATE.test(kind)));
}

/** What every run of all tests has: few and short, but other ones each time. */
const USUAL: Wanted = {
  seed: Date.now() % 1_000_000,
  runs: 2,
  seconds: 15,
  clients: 12,
  kinds: usualKinds(),
  folder: '.data/chaos/runs',
};
const AROUND_MS = 400_000;

const wanted = { ...USUAL, ...(JSON.parse(process.env.WAYBILL_CHAOS ?? '{}') as Partial<Wanted>) };
const { seed, runs, seconds, clients, kinds, folder } = wanted;
const seeds = Array.from({ length: runs }, (_, i) => seed + i);
const reports: Report[] = [];

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

test.each(seeds)(
  `nothing is lost, doubled or made up, whatever happens in schedule %i of ${seconds} s`,
  async (one) => {
    const kept = join(folder, String(one));
    rmSync(kept, { recursive: true, force: true });
    mkdirSync(kept, { recursive: true });
    const report = await run({ schedule: scheduleOf(one, seconds, kinds), clients, folder: kept }, say);
    reports.push(report);
    appendFileSync(join(folder, 'reports.jsonl'), `${JSON.stringify(report)}\n`);
    const { place } = report.counts;
    const last = report.last.length > 0 ? ` (last: ${report.last.join(', ')})` : '';
    say(
      `  orders: ${JSON.stringify(place)}; quiet after ${report.quietMs} ms${last}, ${report.looks} looks meanwhile`,
    );
    if (report.violations.length === 0) rmSync(kept, { recursive: true });
    else say(`  ${report.violations.length} violations; what explains them is in ${kept}`);
    expect(report.violations.slice(0, 20)).toEqual([]);
    expect(place.ok + place.recovered).toBeGreaterThan(0);
    expect(report.looks).toBeGreaterThan(0);
  },
  seconds * 1_000 + AROUND_MS,
);

/** Of two or three faults all may fall on a quiet moment: of many schedules `npm run chaos` asks that each kind was noticed. */
test('and something did happen', () => {
  const hurt = reports.filter(({ faults }) => faults.some(({ noticed }) => noticed > 0));
  expect(hurt.length).toBeGreaterThan(0);
});
