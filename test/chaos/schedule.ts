import { KIND_NAMES, KINDS, type Kind, type KindName } from './kinds.js';
import { Random } from './random.js';

/** One thing that breaks, so long after the load has begun, and heals. */
export interface Fault {
  readonly kind: KindName;
  readonly target: string;
  readonly atMs: number;
  readonly forMs: number;
}

export interface Schedule {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: readonly Fault[];
}

/** Something is under way by then. */
const FIRST_MS = 1_500;
/** What a restart takes longer than its fault says; nothing else happens to the same thing meanwhile. */
const HEALING_MS = 4_000;
const MOST_TRIES = 200;

/** The same for the same arguments. Short schedules have fewer and shorter faults. */
export function scheduleOf(seed: number, seconds: number, kinds: readonly KindName[] = KIND_NAMES): Schedule {
  const random = new Random(seed);
  const count = seconds < 30 ? random.between(2, 3) : random.between(3, 6);
  const lastMs = seconds * 700;
  const faults: Fault[] = [];
  for (let tries = 0; faults.length < count && tries < MOST_TRIES; tries++) {
    // Seeds in a row have every kind.
    const kind = faults.length === 0 ? (kinds[seed % kinds.length] as KindName) : random.oneOf(kinds);
    const { targets, lasts }: Kind = KINDS[kind];
    const [least, most] = lasts;
    const fault = {
      kind,
      target: random.oneOf(targets),
      atMs: random.between(FIRST_MS, Math.max(FIRST_MS, lastMs)),
      forMs: random.between(least, Math.max(least, Math.min(most, seconds * 200))),
    };
    if (!faults.some((other) => collide(fault, other))) faults.push(fault);
  }
  return { seed, seconds, faults: faults.toSorted((a, b) => a.atMs - b.atMs) };
}

function collide(one: Fault, other: Fault): boolean {
  const held = heldBy(one);
  if (!heldBy(other).some((thing) => held.includes(thing))) return false;
  return one.atMs < endOf(other) && other.atMs < endOf(one);
}

/** What nothing else may happen to meanwhile. */
export const heldBy = ({ kind, target }: Fault): readonly string[] => (KINDS[kind] as Kind).holds(target);
const endOf = ({ atMs, forMs }: Fault): number => atMs + forMs + HEALING_MS;

/** One line per fault, for people. */
export function timelineOf({ seed, seconds, faults }: Schedule): string {
  const lines = faults.map(
    ({ kind, target, atMs, forMs }) =>
      `  ${inSeconds(atMs)}  ${kind.padEnd(22)} ${target.padEnd(20)}${forMs > 0 ? ` for ${inSeconds(forMs).trim()}` : ''}`,
  );
  return [`seed ${seed}, ${seconds} s of load, ${faults.length} faults`, ...lines].join('\n');
}

export const inSeconds = (ms: number): string => `${(ms / 1_000).toFixed(1).padStart(5)} s`;
