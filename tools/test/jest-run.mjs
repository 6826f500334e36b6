import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { send } from '../infra/process.mjs';
import { inRoot } from '../infra/root.mjs';
import { warn } from '../infra/say.mjs';
import { stopping } from '../infra/stopping.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number, failures: readonly string[] }} Count `failures`: their names. */

/** @type {Count} */
export const NO_TESTS = { passed: 0, failed: 0, skipped: 0, failures: [] };

/** After its results jest has nothing to do: what still runs was left open by a test. */
const EXIT_MS = 20_000;
const POLL_MS = 200;
const REPORTERS = ['--reporters=default', `--reporters=${inRoot('tools/test/count-reporter.mjs')}`];

/**
 * One run of jest, its output as it comes.
 * @param {readonly string[]} args @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Count>}
 */
export async function runJest(args, env) {
  const counts = join(tmpdir(), `waybill-jest-${process.pid}.json`);
  rmSync(counts, { force: true });
  // A group of its own, so that processes which a test forgot can be found and ended with it.
  const child = spawn(process.execPath, [inRoot('node_modules/jest/bin/jest.js'), ...args, ...REPORTERS], {
    cwd: inRoot(),
    env: { ...env, WAYBILL_JEST_COUNTS: counts },
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const group = -(child.pid ?? 0);
  const interrupt = () => send(group, 'SIGTERM');
  stopping.addEventListener('abort', interrupt);
  const code = await exitOf(child, counts);
  stopping.removeEventListener('abort', interrupt);
  send(group, 'SIGKILL');
  const count = existsSync(counts) ? JSON.parse(readFileSync(counts, 'utf8')) : NO_TESTS;
  rmSync(counts, { force: true });
  // A threshold that was missed, no test at all, or a crash: jest failed, so something counts as failed.
  if (code === 0 || count.failed > 0) return count;
  return { ...count, failed: 1, failures: [`jest ended with code ${code}`] };
}

/** @param {import('node:child_process').ChildProcess} child @param {string} counts written when all tests are done */
async function exitOf(child, counts) {
  /** @type {Promise<number>} */
  const exit = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  for (let left = EXIT_MS; left > 0; left -= existsSync(counts) ? POLL_MS : 0) {
    const pause = new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const code = await Promise.race([exit, pause]);
    if (typeof code === 'number') return code;
  }
  warn(`jest did not exit within ${EXIT_MS / 1000} s of its results: a test left something open`);
  return 1;
}
