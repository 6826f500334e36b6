import { absoluteRowOf, failuresOf } from '../lib/compare.mjs';
import { shown } from '../lib/per-order.mjs';
import { memoryOf } from '../lib/processes.mjs';
import { spreadOf } from '../lib/statistics.mjs';
import { heldBy, MemoryWatch } from '../lib/vitals.mjs';
import { pause } from '../lib/wait.mjs';
import { brokenBooks, placer } from './orders.mjs';

/**
 * P9: memory of all Node processes, idle and under load. The soak: the same for longer; memory has to be flat, and nothing may be
 * held at its end that was not at its beginning.
 * @typedef {import('../lib/stage.mjs').Stage} Stage
 * @typedef {import('../lib/targets.mjs').WaybillTarget} WaybillTarget
 * @typedef {import('../lib/compare.mjs').Run} Run
 * @typedef {import('../lib/vitals.mjs').Sample} Sample
 * @typedef {import('./orders.mjs').Effort} Effort
 * @typedef {import('./orders.mjs').Outcome} Outcome
 */

const CLIENTS = 32;
const MINUTE_MS = 60_000;
/** What the start and the catalogue have left is collected by then, connections that were opened for it are closed. */
const REST_MS = 20_000;
/** Engines warm up: what comes before is not compared. */
const WARM = 0.2;
/** Of what there was, and what one measurement differs from the next by. */
const FLAT = { part: 1.1, mb: 15 };
/** A pool may have grown to its size under load: a leak is what grows with the orders. */
const MORE_HELD = 16;

/** @param {Stage} stage @param {Effort} effort @returns {Promise<Outcome>} */
export async function measureMemory(stage, effort) {
  const waybill = await stage.ownWaybill();
  const { runs, samples, idleMb } = await underLoad(stage, waybill, {
    ...effort,
    minutes: effort.minutes ?? 10,
  });
  const last = samples.slice(-Math.ceil(samples.length / 4));
  const failures = [...runs.slice(1).flatMap(failuresOf), ...(await brokenBooks(stage, waybill))];
  const first = /** @type {Run} */ (runs[0]);
  const measured = [
    { ...first, contender: 'idle', memoryMb: idleMb },
    ...last.map(({ memoryMb }) => ({ ...first, contender: 'under load', memoryMb })),
  ];
  const common = { unit: 'MB', better: /** @type {const} */ ('lower') };
  const figure = (/** @type {Run} */ { memoryMb }) => totalMb(memoryMb);
  const idle = { ...common, id: 'P9/idle', title: 'memory of all Node processes, idle', bar: 450, goal: 300 };
  const loaded = { ...common, id: 'P9/load', title: 'the same at the end of the load', bar: 600, goal: 400 };
  return {
    rows: [
      absoluteRowOf(idle, { runs: measured, name: 'idle', figure, failures }),
      absoluteRowOf(loaded, { runs: measured, name: 'under load', figure, failures }),
    ],
    runs,
    tables: [memoryTable(samples, idleMb)],
  };
}

/** @param {Stage} stage @param {Effort} effort @returns {Promise<Outcome>} */
export async function measureSoak(stage, effort) {
  const waybill = await stage.ownWaybill();
  const seen = await underLoad(stage, waybill, { ...effort, minutes: effort.minutes ?? 30 });
  const { runs, samples, idleMb, before, after } = seen;
  const failures = [...runs.flatMap(failuresOf), ...(await brokenBooks(stage, waybill))];
  for (const name of Object.keys(idleMb)) {
    const { early, late } = thirdsOf(samples, name);
    if (late > early * FLAT.part + FLAT.mb) {
      failures.push(`${name} has grown from ${Math.round(early)} to ${Math.round(late)} MB`);
    }
  }
  for (const [what, count] of Object.entries(after)) {
    const more = count - (before[what] ?? 0);
    if (more > MORE_HELD)
      failures.push(`${what}: ${count} at the end, ${before[what] ?? 0} at the beginning`);
  }
  const held = Object.entries(after).map(([what, count]) => [what, String(before[what] ?? 0), String(count)]);
  const rates = runs.map(({ rate, latencyMs, round }) => [
    String(round),
    shown(rate),
    shown(latencyMs.p50),
    shown(latencyMs.p99),
  ]);
  return {
    rows: [],
    runs,
    failures,
    tables: [
      memoryTable(samples, idleMb),
      { title: 'Held at rest', head: ['', 'before', 'after'], rows: held },
      { title: 'Orders, part by part', head: ['part', 'per s', 'p50 ms', 'p99 ms'], rows: rates },
    ],
  };
}

/** In parts of a minute, with a look at the books between them. @param {Stage} stage @param {WaybillTarget} target @param {Effort & { minutes: number }} effort */
async function underLoad(stage, target, { minutes, clients = CLIENTS }) {
  stage.progress.start('at rest');
  await pause(REST_MS);
  const idleMb = memoryOf(target.groups);
  const before = await heldBy(target);
  const wholeMs = minutes * MINUTE_MS;
  const partMs = Math.min(MINUTE_MS, wholeMs / 4);
  const watch = new MemoryWatch(target, Math.min(5_000, partMs / 8));
  /** @type {Run[]} */
  const runs = [];
  for (let round = 1; round <= Math.round(wholeMs / partMs); round++) {
    stage.progress.start(`part ${round} of ${Math.round(wholeMs / partMs)}`);
    watch.start();
    const placing = placer(stage, target, { clients, warmUpMs: 0, measureMs: partMs });
    const run = await placing.run(round).finally(() => watch.stop());
    Reflect.deleteProperty(run, 'ids');
    runs.push({ bench: `load of ${minutes} minutes`, round, contender: target.name, ...run });
    const mb = Math.round(totalMb(watch.samples.at(-1)?.memoryMb ?? {}));
    stage.progress.done(`part ${round}: ${Math.round(run.rate)}/s, ${mb} MB`);
  }
  stage.progress.start('at rest');
  await pause(REST_MS);
  return { runs, samples: watch.samples, idleMb, before, after: await heldBy(target) };
}

/** @param {readonly Sample[]} samples @param {string} name */
function thirdsOf(samples, name) {
  const warm = samples.slice(Math.floor(samples.length * WARM)).map(({ memoryMb }) => memoryMb[name] ?? 0);
  const third = Math.ceil(warm.length / 3);
  const middle = (/** @type {readonly number[]} */ values) => spreadOf(values)?.median ?? Number.NaN;
  return { early: middle(warm.slice(0, third)), late: middle(warm.slice(-third)), most: Math.max(...warm) };
}

/** @param {readonly Sample[]} samples @param {Record<string, number>} idleMb @returns {import('../lib/report.mjs').Table} */
function memoryTable(samples, idleMb) {
  const rows = Object.keys(idleMb).map((name) => ({
    name,
    idle: idleMb[name] ?? 0,
    ...thirdsOf(samples, name),
  }));
  const sum = (/** @type {'idle' | 'early' | 'late' | 'most'} */ of) =>
    rows.reduce((all, row) => all + row[of], 0);
  const all = { name: 'all', idle: sum('idle'), early: sum('early'), late: sum('late'), most: sum('most') };
  return {
    title: 'Memory, MB',
    head: ['', 'idle', 'first third', 'last third', 'most'],
    rows: [...rows, all].map(({ name, idle, early, late, most }) => [
      name,
      ...[idle, early, late, most].map(shown),
    ]),
  };
}

/** @param {Record<string, number>} memoryMb */
const totalMb = (memoryMb) => Object.values(memoryMb).reduce((sum, mb) => sum + mb, 0);
