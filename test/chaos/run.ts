import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES } from '../e2e/books.js';
import { providerViolations } from '../invariants/provider.js';
import { Breaking } from './breaking.js';
import { Driver } from './driver.js';
import { foundIn } from './found.js';
import { DEEDS, type Deed, Journal } from './journal.js';
import { anyLife } from './lives.js';
import { Random } from './random.js';
import { Rig } from './rig.js';
import { salesViolations } from './sales.js';
import { type Fault, type Schedule, timelineOf } from './schedule.js';
import { fillShelves } from './shelves.js';
import { happenedIn } from './sometimes.js';
import { type Counts, judge } from './verdict.js';
import { Watch } from './watch.js';

/** What came of one schedule. */
export interface Report {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: readonly (Fault & { readonly noticed: number })[];
  readonly counts: Readonly<Record<Deed, Counts>>;
  /** Rare things that the lives are led for, and how often they came about. */
  readonly sometimes: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
  /** From the end of the load to the end of everything that it had begun. */
  readonly quietMs: number;
  /** What ended last. */
  readonly last: readonly string[];
  /** Looks into a database while things were broken. */
  readonly looks: number;
}

/** For what has no answer, or has not come to its end, when the load has ended: longer than three retry tiers. */
const PATIENCE_MS = 90_000;
/** The third retry tier is 30 s; the fourth would be 2 minutes. */
const QUIET_MS = 150_000;
const LOOKS = 3;

export interface Run {
  readonly schedule: Schedule;
  /** Each places one order after the other, and does with it what came to its mind. */
  readonly clients: number;
  /** For what explains it. */
  readonly folder: string;
}

/** Runs a schedule from empty databases to the last look. */
export async function run({ schedule, clients, folder }: Run, say: (line: string) => void): Promise<Report> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'schedule.txt'), `${timelineOf(schedule)}\n`);
  say(timelineOf(schedule));
  const rig = await Rig.open();
  try {
    const report = await runOn(rig, schedule, {
      clients,
      journal: new Journal(join(folder, 'driver.jsonl')),
      say,
    });
    writeFileSync(join(folder, 'report.json'), JSON.stringify(report, null, 1));
    return report;
  } finally {
    await keep(rig, folder);
    await rig.close();
  }
}

interface Context {
  readonly clients: number;
  readonly journal: Journal;
  readonly say: (line: string) => void;
}

async function runOn(rig: Rig, schedule: Schedule, { clients, journal, say }: Context): Promise<Report> {
  await fillShelves(rig.client);
  const watch = new Watch(rig.books);
  const end = Date.now() + schedule.seconds * 1_000;
  const load = Promise.all(
    Array.from({ length: clients }, (_, i) => {
      const random = new Random(schedule.seed * clients + i);
      return liveOn(new Driver(rig.client, journal, random, end + PATIENCE_MS), end);
    }),
  );
  const broken: string[] = [];
  const faults = await new Breaking(rig, say, broken).all(schedule.faults);
  await load;
  const dead = rig.stack.processes.filter(({ isRunning }) => !isRunning);
  broken.push(...dead.map(({ name, log }) => `${name} has ended by itself: ${log.slice(-1_000)}`));
  await Promise.all(dead.map((service) => service.start()));
  const quietSince = Date.now();
  const last = await rig.books.quiet(QUIET_MS).catch((error: Error) => {
    broken.push(error.message);
    return [];
  });
  const quietMs = Date.now() - quietSince;
  await watch.stop();
  const { counts, violations } = await verdictOn(rig, journal);
  return {
    seed: schedule.seed,
    seconds: schedule.seconds,
    faults,
    counts,
    sometimes: await happenedIn(rig.books),
    violations: [...broken, ...watch.violations, ...violations],
    quietMs,
    last,
    looks: watch.looks,
  };
}

async function liveOn(driver: Driver, end: number): Promise<void> {
  while (Date.now() < end) {
    await anyLife(driver)(driver).catch((error: unknown) => driver.journal.unexpected.push(String(error)));
  }
}

async function verdictOn(rig: Rig, journal: Journal): Promise<Pick<Report, 'counts' | 'violations'>> {
  const violations = [
    ...journal.unexpected,
    ...(await lastingViolations(rig)),
    ...(await providerViolations(rig.books.pools.payment, await rig.oracle.entries())),
    ...(await deadLetters(rig)),
    ...(await salesViolations(rig)),
  ];
  const counts: Partial<Record<Deed, Counts>> = {};
  for (const deed of DEEDS) {
    const attempts = journal.attempts.filter((attempt) => attempt.deed === deed);
    const verdict = judge(deed, attempts, await foundIn(rig.books, deed, attempts));
    counts[deed] = verdict.counts;
    violations.push(...verdict.violations);
  }
  return { counts: counts as Record<Deed, Counts>, violations };
}

/** The databases are read one after the other: an order that ends between two looks is none that lasts. */
async function lastingViolations({ books }: Rig): Promise<string[]> {
  let found: string[] = [];
  for (let look = 0; look < LOOKS; look++) {
    found = await books.violations();
    if (found.length === 0) return found;
    await books.quiet().catch(() => undefined);
  }
  return found;
}

/** A dead letter is a message that nobody could handle: a fault of the world around must not make one. */
async function deadLetters({ broker, books }: Rig): Promise<string[]> {
  const found: string[] = [];
  for (const service of SERVICES) {
    const waiting = await broker.peek(`${service}.dead`);
    const sql = 'select id, reason, type, error from dead_letters';
    const rows = [...waiting, ...(await books.rows(service, sql))];
    found.push(...rows.map((row) => `dead letter of ${service}: ${JSON.stringify(row)}`));
  }
  return found;
}

async function keep(rig: Rig, folder: string): Promise<void> {
  for (const [i, { name, log }] of rig.stack.processes.entries()) {
    writeFileSync(join(folder, `${i}-${name}.log`), log);
  }
  const entries = await rig.oracle.entries();
  writeFileSync(join(folder, 'provider.jsonl'), entries.map((entry) => JSON.stringify(entry)).join('\n'));
}
