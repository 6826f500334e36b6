import { nameOf, parentOf } from './proc.mjs';

/** Why a start was given up: not a failure, so nothing is printed but the reason. */
export class Stopped extends Error {}

const controller = new AbortController();

/** Aborted once this process was asked to end. Every wait of a start gives up then, and what runs is stopped. */
export const stopping = controller.signal;

/** @param {string} reason */
export function stop(reason) {
  if (!stopping.aborted) controller.abort(new Stopped(reason));
}

/** Resolves when this process is asked to end, and keeps it from ending before. @returns {Promise<void>} */
export function asked() {
  return new Promise((resolve) => {
    const hold = setInterval(() => undefined, 60_000);
    const end = () => {
      clearInterval(hold);
      resolve();
    };
    if (stopping.aborted) end();
    stopping.addEventListener('abort', end, { once: true });
  });
}

/**
 * The terminal's Ctrl-C reaches us twice, from the terminal and from npm, so a second signal means nothing more than the
 * first.
 */
export function stopOnSignals() {
  process.on('SIGINT', () => stop('Ctrl-C'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
  process.stdout.on('error', () => stop('nobody reads the output any more'));
  onParentGone(() => stop('npm has ended'));
}

/** A killed npm can't pass its signal on. @param {() => void} act */
export function onParentGone(act) {
  if (!process.env.npm_lifecycle_event) return;
  const before = parents();
  const timer = setInterval(() => {
    if (parents() === before) return;
    clearInterval(timer);
    act();
  }, 500).unref();
}

/** Between npm and us there may be a shell. */
function parents() {
  const { ppid } = process;
  return ['sh', 'dash', 'bash'].includes(nameOf(ppid) ?? '') ? `${ppid} ${parentOf(ppid)}` : `${ppid}`;
}
