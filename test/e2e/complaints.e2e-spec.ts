import { readFileSync } from 'node:fs';

const ROW = /^\| ([^|]*)\| `([^`|]+)` \| ([^|]+) \|$/gm;
const table = readFileSync('test/e2e/README.md', 'utf8').split('## What people complain about')[1] ?? '';
const rows = [...table.matchAll(ROW)].map(([, complaint, file, name]) => ({ complaint, file, name }));

test('every complaint of the table has a test by that name', () => {
  expect(rows.length).toBeGreaterThan(15);
  const missing = rows.filter(({ file = '', name = '' }) => !readFileSync(file, 'utf8').includes(name));
  expect(missing).toEqual([]);
});
