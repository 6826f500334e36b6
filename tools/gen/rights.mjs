import { globSync, readFileSync } from 'node:fs';
import { table } from './markdown.mjs';

const RIGHTS = ['select', 'insert', 'update', 'delete', 'usage', 'execute'];

/** docs/database-rights.md: every rights.json, as one table each. */
export function rightsPage() {
  const parts = globSync('{apps,libs}/*/migrations/rights.json')
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
  return `# What services may do in their databases

Of the roles that [serve and nothing else](how-to/database-roles.md): no DDL, no TRUNCATE, and of tables, sequences and functions what is marked here. A test compares
it with what the database says, and another with the SQL in the code. Made from the files named \`rights.json\` by \`npm run gen\`.

${parts.map(section).join('\n')}`;
}

/** @param {string} path */
function section(path) {
  const [folder, name] = path.split('/');
  const entries = Object.entries(JSON.parse(readFileSync(path, 'utf8')));
  const rows = entries.map(([object, words]) => [
    `\`${object}\``,
    ...RIGHTS.map((right) => (words.split(' ').includes(right) ? '✓' : '')),
  ]);
  const title = folder === 'libs' ? 'Every service' : name;
  return `## ${title}\n\n${table(['', ...RIGHTS], rows)}\n`;
}
