import { spreadOf } from './statistics.mjs';

/**
 * @typedef {object} Run one measurement of one contender
 * @property {string} bench for example "P1 32 clients"
 * @property {number} round
 * @property {string} contender
 * @property {number} clients
 * @property {number} count
 * @property {number} rate
 * @property {import('./statistics.mjs').Latency} latencyMs
 * @property {Record<string, number>} errors
 * @property {Record<string, number>} cpuSeconds by process group
 * @property {Record<string, number>} memoryMb by process group
 * @property {readonly string[]} faults of its books; empty: they agree
 */
/** @typedef {{ name: string, run: (round: number) => Promise<Omit<Run, 'bench' | 'round' | 'contender'>> }} Contender */
/** @typedef {{ start(text: string): void, done(text: string): void }} Progress */

/**
 * Contenders take turns, and the one that begins changes with the round, so that a machine that drifts drifts for all.
 * @param {{ title: string, rounds: number, contenders: readonly Contender[], progress: Progress }} plan
 * @returns {Promise<Run[]>}
 */
export async function alternate({ title, rounds, contenders, progress }) {
  /** @type {Run[]} */
  const runs = [];
  for (let round = 1; round <= rounds; round++) {
    const turn = round % 2 ? contenders : contenders.toReversed();
    for (const { name, run } of turn) {
      const label = `${title}, round ${round}/${rounds}, ${name}`;
      progress.start(label);
      const measured = await run(round);
      runs.push({ bench: title, round, contender: name, ...measured });
      progress.done(`${label}: ${Math.round(measured.rate)}/s, p50 ${measured.latencyMs.p50.toFixed(2)} ms`);
    }
  }
  return runs;
}

/**
 * @typedef {object} Row one line of the table
 * @property {string} id for example "P1/32"
 * @property {string} title
 * @property {string} unit of the contenders' figures
 * @property {'higher' | 'lower'} better
 * @property {number} bar
 * @property {number} goal
 * @property {readonly { name: string, spread: import('./statistics.mjs').Spread | null }[]} contenders first over second; others only beside them
 * @property {import('./statistics.mjs').Spread | null} ratio of the two in the same round
 * @property {readonly string[]} failures
 * @property {true} [isAbsolute] bar and goal are of the figure itself, which is compared with nothing
 */

/**
 * @param {Pick<Row, 'id' | 'title' | 'unit' | 'better' | 'bar' | 'goal'>} what
 * @param {{ runs: readonly Run[], names: readonly [string, string, ...string[]], figure: (run: Run) => number, failures?: string[] }} from
 * @returns {Row}
 */
export function rowOf(what, { runs, names, figure, failures = [] }) {
  const figures = names.map((name) => {
    const own = runs.filter(({ contender }) => contender === name);
    return new Map(own.map((run) => [run.round, figure(run)]));
  });
  const [ours, theirs] = /** @type {[Map<number, number>, Map<number, number>]} */ (figures);
  const ratios = [...ours].map(([round, value]) => value / (theirs.get(round) ?? Number.NaN));
  return {
    ...what,
    contenders: names.map((name, i) => ({ name, spread: spreadOf([...(figures[i]?.values() ?? [])]) })),
    ratio: spreadOf(ratios),
    failures: [...failures, ...runs.flatMap(failuresOf)],
  };
}

/**
 * A figure that has its bar in itself.
 * @param {Pick<Row, 'id' | 'title' | 'unit' | 'better' | 'bar' | 'goal'>} what
 * @param {{ runs: readonly Run[], name: string, figure: (run: Run) => number, failures?: readonly string[] }} from
 * @returns {Row}
 */
export function absoluteRowOf(what, { runs, name, figure, failures = [] }) {
  const own = runs.filter(({ contender }) => contender === name);
  const spread = spreadOf(own.map(figure));
  const all = [...failures, ...own.flatMap(failuresOf)];
  return { ...what, contenders: [{ name, spread }], ratio: spread, failures: all, isAbsolute: true };
}

/** A rate with wrong books, or with requests that failed, is no rate. @param {Omit<Run, 'bench'>} run @returns {string[]} */
export function failuresOf({ contender, round, faults, errors }) {
  const failed = Object.entries(errors).map(([message, times]) => `${times} × ${message}`);
  return [...faults, ...failed].map((fault) => `${contender}, round ${round}: ${fault}`);
}

/** @param {Row} row @returns {'goal' | 'bar' | 'below' | 'failed' | 'not measured'} */
export function verdictOf({ failures, ratio, better, bar, goal }) {
  if (failures.length > 0) return 'failed';
  if (!ratio) return 'not measured';
  const reached = (/** @type {number} */ mark) =>
    better === 'higher' ? ratio.median >= mark : ratio.median <= mark;
  if (reached(goal)) return 'goal';
  return reached(bar) ? 'bar' : 'below';
}
