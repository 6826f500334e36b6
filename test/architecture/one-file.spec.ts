import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { expectNone } from './files.js';

const MAINS = globSync('dist/apps/*/src/**/main.js');
const IMPORTED = /^(?:import|export)\b[^'"\n]*?from ["']([^"']+)["']|^import ["']([^"']+)["']/gm;

describe('the build', () => {
  it('has a main.js for each process', () => {
    for (const name of ['gateway', 'order', 'payment', 'stock', 'migrator'])
      expect(MAINS).toContain(`dist/apps/${name}/src/main.js`);
  });

  it('puts each process into one file, that imports nothing but Node', () => {
    const faults = MAINS.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(IMPORTED)]
        .map(([, from, bare]) => from ?? bare ?? '')
        .filter((name) => !isBuiltin(name))
        .map((name) => `${path} imports ${name}`),
    );
    expectNone(faults, 'npm run build: "nest build" alone leaves the modules one by one. See docs/adr/0037.');
  });
});
