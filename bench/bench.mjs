import { cpus, totalmem } from 'node:os';
import { BENCHES } from './benches.mjs';
import { effortOf, HELP, readArguments } from './lib/arguments.mjs';
import { printRows, printTable, writeResults } from './lib/report.mjs';
import { Stage } from './lib/stage.mjs';

const { values, names } = readArguments(process.argv.slice(2), BENCHES);
if (values.help) {
  process.stdout.write(HELP(BENCHES));
  process.exit(0);
}
const effort = effortOf(values);
const progress = {
  start: (/** @type {string} */ text) => process.stderr.isTTY && process.stderr.write(`\r\u001b[K… ${text}`),
  done: (/** @type {string} */ text) =>
    process.stderr.write(`${process.stderr.isTTY ? '\r\u001b[K' : ''}  ${text}\n`),
};
const settings = Object.assign({}, ...names.map((name) => BENCHES[name]?.settings));
const stage = new Stage({ env: process.env, progress, settings });
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void stage.close().finally(() => process.exit(130)));
}

try {
  const outcomes = [];
  for (const name of names) outcomes.push(await BENCHES[name]?.measure(stage, effort));
  const rows = outcomes.flatMap((outcome) => outcome?.rows ?? []);
  const runs = outcomes.flatMap((outcome) => outcome?.runs ?? []);
  const tables = outcomes.flatMap((outcome) => outcome?.tables ?? []);
  const failures = outcomes.flatMap((outcome) => outcome?.failures ?? []);
  const machine = { cores: cpus().length, cpu: cpus()[0]?.model, memoryGb: Math.round(totalmem() / 2 ** 30) };
  printRows(rows, runs);
  for (const table of tables) printTable(table);
  for (const failure of failures) console.log(`✗ ${failure}`);
  // Which orders they were nobody needs to know afterwards.
  for (const run of runs) Reflect.deleteProperty(run, 'ids');
  const where = { folder: values.out, name: values.isUsual ? 'latest' : names.join('-') };
  const at = { at: new Date().toISOString(), node: process.version, machine, effort };
  await writeResults(where, { ...at, rows, tables, failures, runs });
  if (failures.length > 0 || rows.some((row) => row.failures.length > 0)) process.exitCode = 1;
} finally {
  await stage.close();
}
