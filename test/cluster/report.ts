import { appendFileSync } from 'node:fs';
import { type Load } from '../e2e/load.js';

/** One line of what was seen, for people, and for the file that `npm run long:cluster` writes. Nothing of it is an assertion. */
export function report(what: string, facts: Readonly<Record<string, string | number>>, load: Load): void {
  const refused = Map.groupBy(load.failures, (failure) => failure);
  const seen = {
    what,
    ...facts,
    accepted: load.accepted.size,
    'longest without an accepted order, ms': Math.round(load.longestGapMs),
    'other answers':
      [...refused].map(([status, those]) => `${those.length} × ${status}`).join(', ') || 'none',
  };
  process.stdout.write(`${JSON.stringify(seen)}\n`);
  const file = process.env.WAYBILL_CLUSTER_REPORT;
  if (file) appendFileSync(file, `${JSON.stringify(seen)}\n`);
}
