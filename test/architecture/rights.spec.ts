import { globSync } from 'node:fs';
import { SERVICES, writesOf } from '../compat/sql.js';
import { expectNone, read } from './files.js';

const FOLDERS = [
  { name: 'libraries', rights: 'libs/persistence/migrations/rights.json', code: ['libs/*/src/**/*.ts'] },
  ...SERVICES.map((name) => ({
    name,
    rights: `apps/${name}/migrations/rights.json`,
    code: [`apps/${name}/src/**/*.ts`],
  })),
];

describe.each(FOLDERS)('the rights of the role that serves: $name', ({ rights, code }) => {
  const declared = Object.entries(JSON.parse(read(rights)) as Record<string, string>);
  const may = declared.flatMap(([object, words]) => words.split(' ').map((word) => `${word} ${object}`));
  const does = globSync(code)
    .filter((path) => !path.endsWith('.spec.ts') && !path.startsWith('libs/testing/'))
    .flatMap((path) => writesOf(read(path)))
    // Migrations are applied, and clocks are moved, by the same library: by whoever owns the tables.
    .filter((right) => !right.endsWith(' migrations'));

  it('allow every change that the code makes', () => {
    expect(does.length).toBeGreaterThan(0);
    expectNone(
      [...new Set(does)].filter((right) => !may.includes(right)),
      `Add the right to ${rights}: the service may not do what it has to.`,
    );
  });

  it('allow no change that it does not make', () => {
    expectNone(
      may.filter((right) => !/^(select|usage|execute) /.test(right) && !does.includes(right)),
      `Take it out of ${rights}: nothing needs it.`,
    );
  });
});
