import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** @typedef {{ pid: number, started: string }} Running a process that can't be mistaken for a later one of the same id */

/** A minimal Linux has no ps, and nothing else has /proc. */
const PROC = existsSync('/proc/self/stat');

/** The fields that follow the name in /proc/<pid>/stat. @param {number | string} pid */
function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** When the process began, or undefined when there is none. @param {number} pid */
function startOf(pid) {
  if (PROC) {
    const fields = statOf(pid);
    return fields?.[0] === 'Z' ? undefined : fields?.[19];
  }
  return (
    spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || undefined
  );
}

/** @param {number} pid @returns {Running | undefined} */
export function running(pid) {
  const started = Number.isInteger(pid) && pid > 0 ? startOf(pid) : undefined;
  return started === undefined ? undefined : { pid, started };
}

/** @param {Running | undefined} process */
export const isAlive = (process) => process !== undefined && startOf(process.pid) === process.started;

/** @param {number} pid @returns {number | undefined} only where there is /proc */
export const parentOf = (pid) => (PROC ? Number(statOf(pid)?.[1]) : undefined);

/** Its name, where there is /proc. @param {number} pid */
export function nameOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** @param {number} pid @returns {number[]} */
export function childrenOf(pid) {
  if (PROC) {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.filter((child) => statOf(child)?.[1] === String(pid)).map(Number);
  }
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return rows.filter(([, parent]) => parent === pid).map(([child]) => child ?? 0);
}

/**
 * Whether a process listens on the port itself: something else there may answer the same questions.
 * @param {number} pid @param {number} port @returns {boolean} true where there is no /proc to tell
 */
export function listensOn(pid, port) {
  if (!PROC) return true;
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  try {
    const rows = ['tcp', 'tcp6'].flatMap((table) =>
      readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n'),
    );
    const fields = rows.map((row) => row.trim().split(/\s+/));
    const sockets = fields.filter(([, local, , state]) => local?.endsWith(suffix) && state === LISTEN);
    const names = new Set(sockets.map((row) => `socket:[${row[9]}]`));
    return readdirSync(`/proc/${pid}/fd`).some((fd) => names.has(targetOf(`/proc/${pid}/fd/${fd}`)));
  } catch {
    return false;
  }
}

const LISTEN = '0A';

/** @param {string} link */
function targetOf(link) {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}
