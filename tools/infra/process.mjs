import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { childrenOf, isAlive, running } from './proc.mjs';
import { stopping } from './stopping.mjs';

/** @typedef {import('./proc.mjs').Running} Running */

/**
 * A process in a group of its own, so that Ctrl-C in the terminal reaches only us and we stop it in its turn. Its output
 * goes to a file, which outlives us.
 * @param {string} command @param {readonly string[]} args
 * @param {{ env: NodeJS.ProcessEnv, log: string, uid?: number, gid?: number }} options
 * @returns {Promise<Running>}
 */
export async function spawnDetached(command, args, { log, ...options }) {
  const output = openSync(log, 'a', 0o600);
  try {
    const child = spawn(command, args, {
      ...options,
      cwd: '/',
      detached: true,
      stdio: ['ignore', output, output],
    });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    return running(/** @type {number} */ (child.pid)) ?? { pid: child.pid ?? 0, started: 'gone' };
  } finally {
    closeSync(output);
  }
}

/**
 * Asks it to end, waits, and ends its whole group when it does not.
 * @param {Running | undefined} process @param {{ signal?: NodeJS.Signals, graceMs?: number }} [options]
 * @returns {Promise<boolean>} whether it ended by itself
 */
export async function stopProcess(process, { signal = 'SIGTERM', graceMs = 20_000 } = {}) {
  if (!process || !isAlive(process)) return true;
  send(process.pid, signal);
  if (await gone(process, graceMs)) return true;
  await killProcess(process);
  return false;
}

/** As a power cut: no process of it has a chance to tidy up. @param {Running | undefined} process */
export async function killProcess(process) {
  if (!process || !isAlive(process)) return;
  const children = childrenOf(process.pid);
  for (const pid of [-process.pid, process.pid, ...children]) send(pid, 'SIGKILL');
  await gone(process, 5_000);
}

/** @param {Running} process @param {number} ms */
async function gone(process, ms) {
  for (const deadline = Date.now() + ms; Date.now() < deadline; ) {
    if (!isAlive(process)) return true;
    await pause(30);
  }
  return !isAlive(process);
}

/** @param {number} pid @param {NodeJS.Signals} signal */
export function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** The last lines of a log, for the message of a failure. @param {string} file @param {number} [lines] */
export function tail(file, lines = 15) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

/**
 * Asks until there is an answer, time is up, or this process is asked to end.
 * @template T
 * @param {() => Promise<T | undefined>} ask @param {number} ms @returns {Promise<T | undefined>}
 */
export async function until(ask, ms) {
  for (const deadline = Date.now() + ms; Date.now() < deadline; ) {
    stopping.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(50);
  }
  return undefined;
}
