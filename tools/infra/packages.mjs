import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { inRoot } from './root.mjs';
import { step, Trouble } from './say.mjs';
import { onParentGone } from './stopping.mjs';

/** This file runs on any Node from 20 on, before a single package is there. */
const NODE = inRoot('node_modules/.bin/node');

/** When the command was given, before packages and before the right Node. */
export const begun = Number(process.env.WAYBILL_BEGUN ?? Date.now());

/** @param {string} path @returns {any} */
function json(path) {
  try {
    return JSON.parse(readFileSync(inRoot(path), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether node_modules holds what the lockfile says. npm notes there what it installed. */
export function packagesAreInstalled() {
  const wanted = json('package-lock.json')?.packages ?? {};
  const there = json('node_modules/.package-lock.json')?.packages;
  if (!there || !existsSync(NODE)) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || there[path]?.version === version,
  );
}

export async function installPackages() {
  if (packagesAreInstalled()) return;
  console.log('Installing packages from the lockfile; the first time this takes about a minute.');
  await step('Packages installed (npm ci)', async () => {
    const { code, output } = await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
    if (code !== 0)
      throw new Trouble(
        `npm ci failed:\n${output.slice(-3_000)}`,
        'check the network and the registry of npm',
      );
    if (!existsSync(NODE)) {
      throw new Trouble(
        'npm ci did not bring Node.js',
        'allow install scripts: npm config set ignore-scripts false',
      );
    }
  });
}

/** Never with the Node of node_modules: npm is about to replace that. @param {string[]} args */
function npm(args) {
  const paths = (process.env.PATH ?? '').split(delimiter).filter((path) => !path.includes('node_modules'));
  const env = { ...process.env, PATH: paths.join(delimiter) };
  const child = spawn('npm', args, { cwd: inRoot(), env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

/**
 * Carries on under the Node of the lockfile when ours is another one.
 * @returns {Promise<boolean>} whether it did, and is done
 */
export async function ranUnderOurNode() {
  const { version } = json('node_modules/node/package.json') ?? {};
  if (version === process.versions.node) return false;
  const env = { ...process.env, WAYBILL_BEGUN: String(begun) };
  const child = spawn(NODE, process.argv.slice(1), { env, stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  onParentGone(() => child.kill('SIGTERM'));
  process.exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  return true;
}
