import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot } from '../../tools/infra/root.mjs';
import { spoiled } from './mutant.mjs';

/** @typedef {import('./mutant.mjs').Mutant} Mutant */

/** A copy of the code that bugs are put into, outside of the checkout, which is never touched. */
export class Tree {
  /** @type {Map<string, string>} */
  #originals = new Map();

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'waybill-mutants-'));
    for (const file of knownFiles()) cpSync(inRoot(file), join(this.folder, file));
    symlinkSync(inRoot('node_modules'), join(this.folder, 'node_modules'));
  }

  /** @param {Mutant} mutant */
  spoil(mutant) {
    for (const [file, text] of spoiled(mutant, (path) => readFileSync(join(this.folder, path), 'utf8'))) {
      const path = join(this.folder, file);
      this.#originals.set(path, readFileSync(path, 'utf8'));
      writeFileSync(path, text);
    }
  }

  mend() {
    for (const [path, text] of this.#originals) writeFileSync(path, text);
    this.#originals.clear();
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What git has, and what is new and not ignored. */
function knownFiles() {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const listed = execFileSync('git', args, { cwd: inRoot(), encoding: 'utf8' });
  return listed.split('\0').filter((file) => file !== '' && existsSync(inRoot(file)));
}
