import { Folder } from './folder.mjs';
import { isAlive } from './proc.mjs';
import { until } from './process.mjs';
import { inRoot } from './root.mjs';
import { say, Trouble } from './say.mjs';
import { Stopped, stopOnSignals, stopping } from './stopping.mjs';

/** The last owner may still be stopping its services. */
const HANDOVER_MS = 60_000;

/**
 * Runs the work as the owner of the development environment: one command at a time starts and stops what is in .data.
 * @param {string} command @param {(folder: Folder) => Promise<void>} work
 */
export async function owned(command, work) {
  stopOnSignals();
  const folder = new Folder(inRoot('.data'));
  await claimed(folder, command);
  folder.remember({ stopping: undefined });
  stopping.addEventListener('abort', () => folder.remember({ stopping: true }));
  try {
    await work(folder);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    folder.remember({ stopping: undefined });
    folder.release();
  }
}

/** @param {Folder} folder @param {string} command */
async function claimed(folder, command) {
  const owner = folder.claim(command);
  if (!owner) return;
  if (folder.state.stopping) {
    say(`Waiting for ${owner.command} (process ${owner.pid}), which is stopping.`);
    await until(async () => (isAlive(owner) ? undefined : true), HANDOVER_MS);
    if (!folder.claim(command)) return;
  }
  throw new Trouble(
    `${owner.command} runs here already (process ${owner.pid})`,
    'stop it with Ctrl-C in its terminal; another checkout beside this one may run at the same time',
  );
}
