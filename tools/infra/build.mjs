import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { bundle } from './bundle.mjs';
import { inRoot } from './root.mjs';
import { Trouble } from './say.mjs';

const SOURCES = [
  '{apps,libs}/*/src/**/*.ts',
  'nest-cli.json',
  'tsconfig*.json',
  'package-lock.json',
  'tools/infra/{bundle,source-map}.mjs',
];
/** File systems tell the time more coarsely than we do. */
const CLOCK_MS = 1_000;
const MARK = inRoot('dist/.sources');
/** Where Node keeps what it has compiled of what was built, for the next start: NODE_COMPILE_CACHE. */
export const COMPILED = inRoot('dist/.compiled');

/** @returns {Promise<boolean>} false when what was built before is of the same sources */
export async function buildIfChanged() {
  const hash = hashOfSources();
  if (isBuilt(hash)) return false;
  const begun = Date.now();
  const child = spawn(process.execPath, [inRoot('node_modules/@nestjs/cli/bin/nest.js'), 'build'], {
    cwd: inRoot(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Trouble(`nest build failed:\n${output}`);
  await bundle();
  removeOlderThan(begun);
  rmSync(COMPILED, { recursive: true, force: true });
  writeFileSync(MARK, hash);
  return true;
}

/** What the build did not write again has no source any more. Emptied beforehand, dist would fail who runs from it. @param {number} time */
function removeOlderThan(time) {
  for (const path of globSync('dist/**/*.{js,js.map}', { cwd: inRoot() })) {
    if (statSync(inRoot(path)).mtimeMs < time - CLOCK_MS) rmSync(inRoot(path));
  }
}

function hashOfSources() {
  const hash = createHash('sha256');
  for (const path of globSync(SOURCES, { cwd: inRoot() }).sort()) {
    if (!path.endsWith('.spec.ts'))
      hash
        .update(path)
        .update('\0')
        .update(readFileSync(inRoot(path)));
  }
  return hash.digest('hex');
}

/** Somebody else may have built since, from sources that are gone again. @param {string} hash */
function isBuilt(hash) {
  if (!existsSync(MARK) || readFileSync(MARK, 'utf8') !== hash) return false;
  const built = statSync(MARK).mtimeMs;
  return globSync('dist/**/*.js', { cwd: inRoot() }).every((path) => statSync(inRoot(path)).mtimeMs <= built);
}
