import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verdictOf } from './compare.mjs';
import { plotOf } from './plot.mjs';
import { sumOf } from './statistics.mjs';

/** @typedef {import('./compare.mjs').Row} Row @typedef {import('./compare.mjs').Run} Run */

/** @param {readonly Row[]} rows @param {readonly Run[]} runs */
export function printTable(rows, runs) {
  const lines = [['', 'what', 'figures, median (min – max)', 'ratio', 'bar', 'goal', '']];
  for (const row of rows) {
    const figures = row.contenders.map(({ name, spread }) => `${name} ${spreadText(spread)}`).join('  ');
    const limit = row.better === 'higher' ? '≥' : '≤';
    const ratio = row.ratio ? `${spreadText(row.ratio)}×` : '–';
    lines.push([
      row.id,
      row.title,
      `${figures} ${row.unit}`,
      ratio,
      `${limit}${row.bar}`,
      `${limit}${row.goal}`,
      verdictOf(row),
    ]);
  }
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  for (const { failures } of rows) for (const failure of failures.slice(0, 10)) console.log(`✗ ${failure}`);
  printCpu(runs);
}

/** CPU per 1 000 calls: what it costs, whatever the machine was doing besides. @param {readonly Run[]} runs */
function printCpu(runs) {
  const byContender = Map.groupBy(runs, ({ bench, contender }) => `${bench}, ${contender}`);
  console.log('\nCPU seconds per 1 000 calls, by process');
  for (const [name, own] of byContender) {
    const count = own.reduce((sum, run) => sum + run.count, 0);
    const cpu = Object.entries(sumOf(own.map(({ cpuSeconds }) => cpuSeconds)));
    const served = cpu.filter(([group]) => group !== 'load').reduce((sum, [, seconds]) => sum + seconds, 0);
    const parts = cpu
      .map(([group, seconds]) => `${group} ${((seconds / count) * 1_000).toFixed(3)}`)
      .join(', ');
    console.log(`  ${name}: ${((served / count) * 1_000).toFixed(3)} (${parts})`);
  }
}

/** @param {string} folder @param {{ at: string, rows: readonly Row[] } & object} results */
export async function writeResults(folder, results) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'latest.json'), `${JSON.stringify(results, null, 1)}\n`);
  await writeFile(join(folder, 'latest.svg'), plotOf(results.rows));
  console.log(`\nwritten: ${join(folder, 'latest.json')}, ${join(folder, 'latest.svg')}`);
}

/** @param {import('./statistics.mjs').Spread | null} spread */
function spreadText(spread) {
  if (!spread) return '–';
  const text = (/** @type {number} */ value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  return `${text(spread.median)} (${text(spread.min)} – ${text(spread.max)})`;
}
