import { appendFileSync } from 'node:fs';
import { type Course } from './course.js';

export type Facts = Readonly<Record<string, number>>;

/** One line of what was seen, for people, and for the file that `npm run long:cluster` writes. Nothing of it is an assertion. */
export function report(what: string, facts: Readonly<Record<string, string | number>>): void {
  const line = `${JSON.stringify({ what, ...facts })}\n`;
  process.stdout.write(line);
  const file = process.env.WAYBILL_CLUSTER_REPORT;
  if (file) appendFileSync(file, line);
}

/** Of all rounds of one fault; `facts` are what each of them has seen besides. */
export function summary(
  rounds: readonly { readonly course: Course; readonly facts: Facts }[],
): Record<string, string | number> {
  const of = (get: (course: Course) => number) => spread(rounds.map(({ course }) => get(course)));
  const names = new Set(rounds.flatMap(({ facts }) => Object.keys(facts)));
  return {
    rounds: rounds.length,
    accepted: rounds.reduce((sum, { course }) => sum + course.accepted, 0),
    'longest without an accepted order, ms': of(({ acceptedGapMs }) => acceptedGapMs),
    'longest without a confirmed order, ms': of(({ confirmedGapMs }) => confirmedGapMs),
    'from the healing to the next order, ms': of(({ acceptingAgainMs }) => acceptingAgainMs),
    'from the healing to the end of all orders of before, ms': of(({ settledMs }) => settledMs),
    ...Object.fromEntries(
      [...names].map((name) => [name, spread(rounds.map(({ facts }) => facts[name] ?? 0))]),
    ),
    'other answers': tally(rounds.flatMap(({ course }) => course.failures)),
  };
}

/** How often each answer came. */
export function tally(answers: readonly string[]): string {
  const kinds = Map.groupBy(answers, (answer) => answer);
  return [...kinds].map(([kind, those]) => `${those.length} × ${kind}`).join(', ') || 'none';
}

/** Of several rounds the middle one and the worst. */
function spread(values: readonly number[]): string | number {
  const sorted = values.map(Math.round).toSorted((a, b) => a - b);
  const [middle = 0, most = 0] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)];
  return middle === most ? most : `${middle} (median), ${most} (most)`;
}
