import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const GONE_MS = 10_000;

/**
 * Ends what a runner that was killed has left: every process, and no other, whose home is in the folder. Where there is no
 * /proc to tell, there is nothing that it can do.
 */
export async function endLeftovers(folder: string): Promise<void> {
  for (const deadline = Date.now() + GONE_MS; ; await pause(50)) {
    const pids = await pidsWithHomeIn(folder);
    if (pids.length === 0) return;
    if (Date.now() > deadline) throw new Error(`processes ${pids.join(', ')} of ${folder} do not end`);
    for (const pid of pids) kill(pid);
  }
}

async function pidsWithHomeIn(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environment.split('\0').some((variable) => variable.startsWith(`HOME=${folder}/`));
    }),
  );
  return pids.filter((_, i) => found[i]).map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
