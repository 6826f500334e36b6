import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verdictOf } from './compare.mjs';
import { plotOf } from './plot.mjs';
import { sumOf } from './statistics.mjs';

/** @typedef {import('./compare.mjs').Row} Row @typedef {import('./compare.mjs').Run} Run */
/** @typedef {{ title: string, head: readonly string[], rows: readonly (readonly string[])[] }} Table what is told and has no bar */

/** @param {readonly Row[]} rows @param {readonly Run[]} runs */
export function printRows(rows, runs) {
  const lines = [['', 'what', 'figures, median (min – max)', 'ratio', 'bar', 'goal', '']];
  for (const row of rows) {
    const figures = row.contenders.map(({ name, spread }) => `${name} ${spreadText(spread)}`).join('  ');
    const limit = row.better === 'higher' ? '≥' : '≤';
    const ratio = row.ratio && !row.isAbsolute ? `${spreadText(row.ratio)}×` : '–';
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
  if (rows.length > 0) printAligned(lines);
  for (const { failures } of rows) for (const failure of failures.slice(0, 10)) console.log(`✗ ${failure}`);
  printCpu(runs);
}

/** @param {Table} table */
export function printTable({ title, head, rows }) {
  console.log(`\n${title}`);
  printAligned([head, ...rows]);
}

/** @param {readonly (readonly string[])[]} lines */
function printAligned(lines) {
  const columns = Math.max(...lines.map((line) => line.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  const padded = (/** @type {readonly string[]} */ line) =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  for (const line of lines) console.log(padded(line).trimEnd());
}

/** CPU per 1 000 calls: what it costs, whatever the machine was doing besides. @param {readonly Run[]} runs */
function printCpu(runs) {
  const counted = runs.filter(({ cpuSeconds }) => Object.keys(cpuSeconds).length > 0);
  if (counted.length === 0) return;
  const byContender = Map.groupBy(counted, ({ bench, contender }) => `${bench}, ${contender}`);
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

/**
 * `name`: "latest" of the benches that run unless others are named.
 * @param {{ folder: string, name: string }} where @param {{ rows: readonly Row[], [field: string]: unknown }} results
 */
export async function writeResults({ folder, name }, results) {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(`${path}.json`, `${JSON.stringify(results, null, 1)}\n`);
  if (results.rows.length > 0) await writeFile(`${path}.svg`, plotOf(results.rows));
  console.log(`\nwritten: ${path}.json${results.rows.length > 0 ? `, ${path}.svg` : ''}`);
}

/** @param {import('./statistics.mjs').Spread | null} spread */
function spreadText(spread) {
  if (!spread) return '–';
  const text = (/** @type {number} */ value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  return `${text(spread.median)} (${text(spread.min)} – ${text(spread.max)})`;
}
