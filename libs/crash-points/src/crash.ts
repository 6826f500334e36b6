import { type CrashPoint, isCrashPoint, ON_THE_WIRE } from './points.js';

/** How often each point was passed. */
export type Passed = Partial<Record<CrashPoint, number>>;

interface Target {
  readonly point: CrashPoint;
  readonly passing: number;
}

/** Turns of the event loop until what was written has left: amqplib gathers frames for one, and the socket's writes for another. */
const TURNS = 3;

/**
 * Called as `crash?.('loop.saved')`: undefined unless a test has armed it, so that in production a point is a load and a
 * comparison. True when the process is about to die, and must begin nothing more.
 */
export let crash: ((point: CrashPoint) => boolean) | undefined;

/**
 * `loop.saved:2` kills this process, as kill -9 does, when it comes to that point for the second time; `wait` does not.
 * Whoever has started it with a channel can send another order at any time, and gets what was passed since the last one.
 */
export function armCrashPoints(crashAt: string): void {
  let target = targetOf(crashAt);
  let passed: Passed = {};
  let dying = false;
  crash = (point) => {
    const passing = (passed[point] ?? 0) + 1;
    passed[point] = passing;
    if (dying || point !== target?.point || passing !== target.passing) return dying;
    dying = true;
    if (ON_THE_WIRE.has(point)) afterTurns(TURNS, () => die(point, passing));
    else die(point, passing);
    return true;
  };
  process.on('message', (order) => {
    // Whoever asks must not take it for alive.
    if (dying) return;
    target = targetOf(String(order));
    process.send?.(passed);
    passed = {};
  });
}

function targetOf(crashAt: string): Target | undefined {
  if (crashAt === 'wait') return undefined;
  const [, point = '', passing = '1'] = /^([a-z.-]+)(?::([1-9]\d{0,5}))?$/.exec(crashAt) ?? [];
  if (isCrashPoint(point)) return { point, passing: Number(passing) };
  throw new Error(
    `CRASH_AT=${crashAt} is no crash point: give "wait", or <point>:<n> with a point of libs/crash-points/src/points.ts`,
  );
}

function afterTurns(turns: number, work: () => void): void {
  setImmediate(() => (turns > 1 ? afterTurns(turns - 1, work) : work()));
}

function die(point: CrashPoint, passing: number): void {
  // To a pipe or a file this is written before it returns.
  process.stderr.write(`crash point ${point}: passing ${passing}, killed\n`);
  process.kill(process.pid, 'SIGKILL');
}
