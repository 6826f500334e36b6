// `npm run api:check [-- <commit>]`: fails when docs/openapi.json breaks clients of the one at that commit, HEAD unless told.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { breaksOf, undeclared } from './api/breaks.mjs';

const DOCUMENT = 'docs/openapi.json';
const DECLARED = 'docs/openapi-breaking.md';

const [base = 'HEAD'] = process.argv.slice(2);
const { status, stdout } = spawnSync('git', ['show', `${base}:${DOCUMENT}`], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
if (status !== 0) {
  console.log(`${base} has no ${DOCUMENT}: there is nothing to break.`);
} else {
  const breaks = breaksOf(JSON.parse(stdout), JSON.parse(readFileSync(DOCUMENT, 'utf8')));
  const found = undeclared(breaks, readFileSync(DECLARED, 'utf8'));
  for (const text of found) console.error(`- \`${text}\`: `);
  if (found.length > 0) {
    console.error(
      `\nThis breaks clients of ${base}. Make it compatible, or add these lines with a reason to ${DECLARED}.`,
    );
    process.exitCode = 1;
  } else {
    console.log(`${breaks.length} breaking changes since ${base}, all declared.`);
  }
}
