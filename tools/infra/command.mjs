import { installPackages, ranUnderOurNode } from './packages.mjs';
import { fail } from './say.mjs';

/**
 * What every command of this folder begins with: packages, then the right Node, then the work itself, which may use both.
 * @param {() => Promise<unknown>} work
 */
export async function command(work) {
  try {
    await installPackages();
    if (!(await ranUnderOurNode())) await work();
  } catch (error) {
    fail(error);
  }
}
