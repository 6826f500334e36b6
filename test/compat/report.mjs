import { cpus, totalmem } from 'node:os';
import { git } from './checkout.mjs';

/**
 * @typedef {object} Result of one step
 * @property {string} step @property {number} accepted @property {number} changed @property {number} refused @property {number} lost
 * @property {number} seconds
 */

/**
 * docs/results/compat.md
 * @param {{ before: import('./checkout.mjs').Checkout, options: import('./options.mjs').Options, results: string }} run
 */
export function reportOf({ before, options, results }) {
  /** @type {Result[]} */
  const steps = results
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const sum = (/** @type {'accepted' | 'changed' | 'refused' | 'lost' | 'seconds'} */ name) =>
    steps.reduce((total, step) => total + step[name], 0);
  const rows = [
    ...steps,
    {
      step: '**all**',
      accepted: sum('accepted'),
      changed: sum('changed'),
      refused: sum('refused'),
      lost: sum('lost'),
      seconds: sum('seconds'),
    },
  ];
  const command = `npm run compat -- --rev ${before.revision.slice(0, 7)} --orders ${options.orders} --clients ${options.clients}`;
  const changed = git(['status', '--porcelain', '--untracked-files=no']).trim() ? ', with changes' : '';
  return `# Two versions side by side

Version N−1 and N of each service on N's databases and queues, under load, in turns and as a rolling update there and back: see
[ADR 0033](../adr/0033-two-database-roles.md). Made by \`${command}\` on ${new Date().toISOString().slice(0, 10)}.

| | |
| --- | --- |
| N−1 | ${before.title} |
| N | ${git(['log', '-1', '--format=%h of %cs, "%s"']).trim()}${changed} |
| machine | ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version} |

*Accepted*: orders answered with 201. *Changed*: those that were cancelled, sent, or sent and taken back afterwards. *Refused*: tries that
were answered with 503, 504 or not at all, and repeated with the same key. *Lost*: accepted, and not there or not as they should be.

| Step | Accepted | Changed | Refused | Lost | Seconds |
| --- | ---: | ---: | ---: | ---: | ---: |
${rows.map(({ step, accepted, changed: later, refused, lost, seconds }) => `| ${step} | ${accepted} | ${later} | ${refused} | ${lost} | ${Math.round(seconds)} |`).join('\n')}
`;
}
