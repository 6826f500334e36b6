import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The id of the process of a private server, as its folder has it: tools/infra/folder.mjs. */
export function pidOf(server: 'broker' | 'database'): number {
  const folder = process.env.WAYBILL_TEST_FOLDER;
  if (!folder) throw new Error('WAYBILL_TEST_FOLDER is not set: use "npm run chaos" or "npm test"');
  const state = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as Record<
    string,
    { readonly pid: number } | undefined
  >;
  const pid = state[server]?.pid;
  if (!pid) throw new Error(`there is no private ${server} in ${folder}`);
  return pid;
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
