import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { inRoot } from './root.mjs';

/** @typedef {import('./folder.mjs').Folder} Folder */

const FILE = 'development.env';

/** The environment as services see it: .env first, then what the shell says. @returns {NodeJS.Dict<string>} */
export const environment = () => ({ ...readEnv(inRoot('.env')), ...process.env });

/** What npm run infra or npm start left for other programs, while they run. @param {Folder} folder */
export const developmentEnvironment = (folder) => readEnv(folder.file(FILE));

/** For services, tools and scripts that others start; gone when the stop is done. */
export class DevelopmentFile {
  /** @param {Folder} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /** @param {NodeJS.Dict<string>} values */
  write(values) {
    const lines = Object.entries(values).filter(([, value]) => value !== undefined);
    this.folder.write(FILE, lines.map(([name, value]) => `${name}=${quoted(value ?? '')}`).join('\n'));
  }

  remove() {
    this.folder.remove(FILE);
  }
}

/** The development key, made at the first start, and what the gateway is told of it. @param {Folder} folder */
export function apiKey(folder) {
  const key = folder.secret('apiKey', 'wb_test_');
  return { key, entry: `development=${createHash('sha256').update(key).digest('hex')}` };
}

export const SANDBOX_BOOKS = 'sandbox-payments.jsonl';

/**
 * The books of the sandbox that moves the money, which ours are compared with (`npm run reconcile`): as old as our database.
 * @param {Folder} folder @param {NodeJS.Dict<string>} given
 */
export function sandboxBooks(folder, { DATABASE_URL: server, PAYMENT_DATABASE_URL: own }) {
  return server || own ? {} : { SANDBOX_LEDGER_FILE: folder.file(SANDBOX_BOOKS) };
}

/** What comes before the 32 bytes of an Ed25519 key. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** With which the gateway vouches for callers, made at the first start. @param {Folder} folder */
export function identity(folder) {
  const key = folder.secret('identityKey');
  const der = Buffer.concat([PKCS8, Buffer.from(key, 'base64url')]);
  const publicKey = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return { IDENTITY_KEY: key, IDENTITY_PUBLIC_KEYS: publicKey.export({ format: 'jwk' }).x };
}

/** A shell that reads the file must not take an & for its own. @param {string} value */
const quoted = (value) => (/^[\w:/@.,+=%-]*$/.test(value) ? value : `'${value.replaceAll("'", '%27')}'`);

/** @param {string} path */
const readEnv = (path) => (existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {});
