import { existsSync, globSync, readFileSync } from 'node:fs';

const CODE = ['apps/**/*.ts', 'libs/**/*.ts', 'test/**/*.ts', '*.mjs', 'tools/**/*.mjs', 'bench/**/*.mjs'];

/** Every source file of ours, by its path from the root of the repository. */
export const CODE_FILES: readonly string[] = globSync(CODE)
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !/(^|\/)(node_modules|dist|\.data)\//.test(path))
  .sort();

export function read(path: string): string {
  if (!existsSync(path)) throw new Error(`${path} is missing`);
  return readFileSync(path, 'utf8');
}

/** Fails with every fault and with what to do about them. */
export function expectNone(faults: readonly string[], remedy: string): void {
  if (faults.length > 0) throw new Error(`${faults.map((fault) => `  ${fault}`).join('\n')}\n→ ${remedy}`);
}
