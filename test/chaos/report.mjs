import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';

/**
 * @typedef {{ kind: string, target: string, noticed: number }} Fault
 * @typedef {{ seed: number, seconds: number, faults: Fault[], counts: Record<string, Record<string, number>>, sometimes?: Record<string, number>, violations: string[], quietMs: number, looks: number }} Report
 * @typedef {{ text: string, isBad: boolean }} Summary
 */

/**
 * What came out of all runs together. A kind of fault that nobody ever noticed has tested nothing, nor have lives in which
 * what they are led for never came about: when every kind has had its turn, that is a failure too.
 * @param {readonly Report[]} reports @param {{ kinds: readonly string[], runs: number }} wanted @returns {Summary}
 */
export function summaryOf(reports, { kinds, runs }) {
  const faults = reports.flatMap((report) => report.faults);
  const noticed = kinds.map(
    (kind) => faults.filter((fault) => fault.kind === kind && fault.noticed > 0).length,
  );
  const silent = kinds.filter((_, i) => noticed[i] === 0);
  const sometimes = sometimesIn(reports);
  const never = [...silent, ...sometimes.filter(([, count]) => count === 0).map(([what]) => what)];
  const violated = reports.filter(({ violations }) => violations.length > 0);
  const quiet = reports.map(({ quietMs }) => quietMs).sort((a, b) => a - b);
  const text = [
    `${reports.length} of ${runs} schedules came to their end: ${faults.length} faults, ${sum(noticed)} of them noticed; ${violated.length} schedules with violations${violated.length > 0 ? ` (seeds ${violated.map(({ seed }) => seed).join(', ')})` : ''}`,
    '',
    ...tableOf(reports),
    '',
    `Quiet again after the load: median ${quiet[quiet.length >> 1] ?? 0} ms, at most ${quiet.at(-1) ?? 0} ms; ${sum(reports.map(({ looks }) => looks))} looks at the invariants meanwhile.`,
    `What must happen at some time: ${sometimes.map(([what, count]) => `${what} ${count}`).join(', ')}.`,
    `Faults, how often noticed of how often there: ${kinds.map((kind, i) => `${kind} ${noticed[i]}/${faults.filter((fault) => fault.kind === kind).length}`).join(', ')}.`,
  ].join('\n');
  const allHadTheirTurn = reports.length >= kinds.length;
  const isBad = reports.length < runs || violated.length > 0 || (allHadTheirTurn && never.length > 0);
  return {
    isBad,
    text: allHadTheirTurn && never.length > 0 ? `${text}\nNever noticed: ${never.join(', ')}` : text,
  };
}

/** @param {readonly Report[]} reports @returns {[string, number][]} */
function sometimesIn(reports) {
  const all = reports.flatMap(({ sometimes }) => Object.keys(sometimes ?? {}));
  return [...new Set(all)].map((what) => [what, sum(reports.map(({ sometimes }) => sometimes?.[what] ?? 0))]);
}

/** @param {readonly Report[]} reports */
function tableOf(reports) {
  const deeds = Object.keys(reports[0]?.counts ?? {});
  const fates = Object.keys(reports[0]?.counts[deeds[0] ?? ''] ?? {});
  const rows = deeds.map((deed) => [
    deed,
    ...fates.map((fate) => sum(reports.map(({ counts }) => counts[deed]?.[fate] ?? 0))),
  ]);
  return [['', ...fates], ['---', ...fates.map(() => '---:')], ...rows].map(
    (row) => `| ${row.join(' | ')} |`,
  );
}

/** @param {readonly number[]} numbers */
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** @param {string} file @param {{ summary: Summary, startedAt: Date, seed: number, seconds: number, clients: number }} run */
export function appendResults(file, { summary, startedAt, seed, seconds, clients }) {
  mkdirSync(dirname(file), { recursive: true });
  if (!existsSync(file))
    writeFileSync(file, '# Random fault schedules\n\nAppended by `npm run long:chaos`.\n');
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB`;
  const minutes = Math.round((Date.now() - startedAt.getTime()) / 60_000);
  const title = `## ${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, commit ${commit}`;
  const how = `Seeds from ${seed}, ${seconds} s of load by ${clients} clients each, ${minutes} min in all, on ${machine}, Node ${process.version}.`;
  appendFileSync(file, `\n${title}\n\n${how}\n${summary.text}\n`);
}
