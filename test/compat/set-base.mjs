import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRoot } from '../../tools/infra/root.mjs';
import { checkOut } from './checkout.mjs';
import { samplesOf } from './samples.mjs';

const MIGRATIONS = '{apps,libs}/*/migrations/*.sql';
const RIGHTS = '{apps,libs}/*/migrations/rights.json';

/** Writes what later versions are compared with: see ADR 0033. @param {string} rev */
export async function setBase(rev) {
  const { folder, revision, title, remove } = checkOut(rev);
  try {
    const read = (/** @type {string} */ path) => readFileSync(join(folder, path), 'utf8');
    const hash = (/** @type {string} */ path) => createHash('sha256').update(read(path)).digest('hex');
    const migrations = globSync(MIGRATIONS, { cwd: folder })
      .sort()
      .map((path) => [path, hash(path)]);
    const rights = globSync(RIGHTS, { cwd: folder })
      .sort()
      .map((path) => [path, JSON.parse(read(path))]);
    write('base.json', {
      revision,
      title,
      migrations: Object.fromEntries(migrations),
      rights: Object.fromEntries(rights),
    });
    write('messages.json', await messagesOf(folder));
    return title;
  } finally {
    remove();
  }
}

/** Of each message of that build what its least is, and all of it. @param {string} folder */
async function messagesOf(folder) {
  const from = (/** @type {string} */ path) => import(pathToFileURL(join(folder, 'dist', path)).href);
  // Wherever that version keeps it.
  const [docs = ''] = globSync('apps/gateway/src/**/docs.module.js', { cwd: join(folder, 'dist') });
  const { contractSchemas } = await from(docs);
  const { validate, ...exported } = await from('libs/contracts/src/index.js');
  const contracts = Object.values(exported).filter(
    (value) => typeof value === 'object' && value !== null && 'kind' in value && 'body' in value,
  );
  const accepts = (/** @type {Function} */ type, /** @type {unknown} */ value) =>
    'value' in validate(type, value);
  return samplesOf(contracts, contractSchemas(), accepts);
}

/** @param {string} name @param {object} value */
function write(name, value) {
  writeFileSync(inRoot('test/compat', name), `${JSON.stringify(value, null, 2)}\n`);
}
