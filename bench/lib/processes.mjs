import { readFileSync } from 'node:fs';

/** CPU and memory of processes, as Linux tells them in /proc. Elsewhere both stay unmeasured. */

/** Clock ticks of /proc/<pid>/stat per second: 100 on every Linux that Node runs on. */
const TICKS = 100;
const SAMPLE_MS = 500;

/** Which processes belong together, asked again at every sample. @typedef {Record<string, () => readonly number[]>} Groups */

export const canMeasure = process.platform === 'linux';

/** Adds up CPU seconds by group; a process that ends in between is counted up to the last sample. */
export class CpuMeter {
  /** @type {Map<number, number>} */
  #last = new Map();
  /** @type {Record<string, number>} */
  #seconds = {};
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {Groups} groups */
  constructor(groups) {
    this.groups = groups;
  }

  start() {
    this.#last.clear();
    this.#sample();
    this.#seconds = Object.fromEntries(Object.keys(this.groups).map((name) => [name, 0]));
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  /** @returns {Record<string, number>} */
  stop() {
    clearInterval(this.#timer);
    this.#sample();
    return canMeasure ? this.#seconds : {};
  }

  #sample() {
    for (const [name, pids] of Object.entries(this.groups)) {
      for (const pid of pids()) {
        const now = cpuSecondsOf(pid);
        if (now === undefined) continue;
        this.#seconds[name] = (this.#seconds[name] ?? 0) + now - (this.#last.get(pid) ?? 0);
        this.#last.set(pid, now);
      }
    }
  }
}

/** @param {Groups} groups @returns {Record<string, number>} MB, shared pages counted once */
export function memoryOf(groups) {
  /** @type {Record<string, number>} */
  const memory = {};
  if (!canMeasure) return memory;
  for (const [name, pids] of Object.entries(groups)) {
    memory[name] = pids().reduce((sum, pid) => sum + megabytesOf(pid), 0);
  }
  return memory;
}

/**
 * Bytes that a process has read and written, sockets among them, and in how many calls. Node uses calls that are counted
 * here; PostgreSQL and RabbitMQ don't.
 * @param {number} pid
 */
export function trafficOf(pid) {
  const text = read(`/proc/${pid}/io`) ?? '';
  const at = (/** @type {string} */ name) =>
    Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  return { read: at('rchar'), written: at('wchar'), reads: at('syscr'), writes: at('syscw') };
}

/** @param {number} pid @returns {readonly number[]} */
export function childrenOf(pid) {
  const children = read(`/proc/${pid}/task/${pid}/children`) ?? '';
  return children.split(' ').filter(Boolean).map(Number);
}

/** @param {number} pid */
export function parentOf(pid) {
  return Number(statOf(pid)?.[1]);
}

/** @param {number} pid */
export function commandOf(pid) {
  return (read(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
}

/** @param {number} pid @returns {number | undefined} */
export function cpuSecondsOf(pid) {
  const stat = statOf(pid);
  return stat && (Number(stat[11]) + Number(stat[12])) / TICKS;
}

/** Fields of /proc/<pid>/stat from the third on; the second, the name, may hold anything. @param {number} pid */
function statOf(pid) {
  const text = read(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** @param {number} pid */
function megabytesOf(pid) {
  const kilobytes =
    /^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1] ??
    /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return Number(kilobytes ?? 0) / 1_024;
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
