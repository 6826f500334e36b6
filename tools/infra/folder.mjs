import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isAlive, running } from './proc.mjs';

/** @typedef {import('./proc.mjs').Running} Running */
/**
 * @typedef {object} State
 * @property {number | undefined} [ports] the first of the block
 * @property {Running | undefined} [broker]
 * @property {Running | undefined} [portMapper]
 * @property {Running | undefined} [database]
 * @property {Record<string, Running>} [services]
 * @property {true | undefined} [stopping] the owner is about to let go
 */

/**
 * What a development or test environment keeps on disk. One owner at a time: the process that started its broker and
 * its database, and stops them.
 */
export class Folder {
  /** @param {string} path */
  constructor(path) {
    this.path = resolve(path);
    /** Differs per checkout, so that two of them coexist on one machine. */
    this.hash = createHash('sha256').update(this.path).digest('hex').slice(0, 8);
    mkdirSync(this.path, { recursive: true });
  }

  /** @param {...string} parts */
  file(...parts) {
    return join(this.path, ...parts);
  }

  /** @param {...string} parts */
  directory(...parts) {
    const path = this.file(...parts);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** @returns {State} */
  get state() {
    return this.#read('state.json') ?? {};
  }

  /** @param {State} change */
  remember(change) {
    this.write('state.json', JSON.stringify({ ...this.state, ...change }, null, 2));
  }

  /** Made once, kept for the next start. @param {string} name @param {string} [prefix] */
  secret(name, prefix = '') {
    const secrets = this.#read('secrets.json') ?? {};
    if (typeof secrets[name] !== 'string') {
      secrets[name] = `${prefix}${randomBytes(32).toString('base64url')}`;
      this.write('secrets.json', JSON.stringify(secrets, null, 2));
    }
    return /** @type {string} */ (secrets[name]);
  }

  /** Whole or not at all, for nobody else's eyes. @param {string} name @param {string} text */
  write(name, text) {
    const path = this.file(name);
    writeFileSync(`${path}.new`, `${text}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  /** @param {string} name */
  remove(name) {
    rmSync(this.file(name), { recursive: true, force: true });
  }

  /** Who has it, if anybody. @returns {(Running & { command: string }) | undefined} */
  get owner() {
    const owner = this.#read('owner.json');
    return isAlive(owner) ? owner : undefined;
  }

  /**
   * @param {string} command what we are, for whoever comes second
   * @returns {(Running & { command: string }) | undefined} who owns it already
   */
  claim(command) {
    const { owner } = this;
    if (owner) return owner;
    this.remove('owner.json');
    try {
      const text = JSON.stringify({ ...running(process.pid), command });
      writeFileSync(this.file('owner.json'), text, { flag: 'wx', mode: 0o600 });
      return undefined;
    } catch {
      // Somebody was faster by a moment.
      return this.#read('owner.json');
    }
  }

  release() {
    this.remove('owner.json');
  }

  /** @param {string} name @returns {any} */
  #read(name) {
    try {
      return JSON.parse(readFileSync(this.file(name), 'utf8'));
    } catch {
      return undefined;
    }
  }
}
