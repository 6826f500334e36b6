import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin, SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { expectNone } from './files.js';

const MAINS = globSync('dist/apps/*/src/**/main.js');
const IMPORTED = /^(?:import|export)\b[^'"\n]*?from ["']([^"']+)["']|^import ["']([^"']+)["']/gm;

const lineOf = (text: string, words: string): number =>
  text.slice(0, text.indexOf(words)).split('\n').length - 1;

/** As Node finds it, when something is thrown where `words` stand. */
function originOf(main: string, words: string): { readonly path: string; readonly line: number } {
  const text = readFileSync(main, 'utf8');
  const column = text.indexOf(words) - text.lastIndexOf('\n', text.indexOf(words)) - 1;
  const map = new SourceMap(JSON.parse(readFileSync(`${main}.map`, 'utf8')) as SourceMapPayload);
  const entry = map.findEntry(lineOf(text, words), column);
  if (!('originalSource' in entry)) throw new Error(`${main} does not say where "${words}" comes from`);
  return { path: relative('.', join(dirname(main), entry.originalSource)), line: entry.originalLine };
}

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

  it.each(MAINS)('names file and line of ours in the stack traces of %s', (main) => {
    const path = 'libs/service/src/load-config.ts';
    const words = 'The configuration has ';
    expect(originOf(main, words)).toEqual({ path, line: lineOf(readFileSync(path, 'utf8'), words) });
  });

  it.each(MAINS)('names files that are there in those of %s', (main) => {
    const { sources } = JSON.parse(readFileSync(`${main}.map`, 'utf8')) as SourceMapPayload;
    const missing = sources.filter((source) => !existsSync(join(dirname(main), source)));
    expectNone(
      missing,
      'A package has brought a map of its own: see withoutOwnMaps in tools/infra/bundle.mjs.',
    );
    expect(sources.length).toBeGreaterThan(500);
  });

  it.each(MAINS.filter((path) => !path.includes('migrator')))('names packages in those of %s', (main) => {
    expect(originOf(main, 'Stack capture: ').path).toBe('node_modules/amqplib/lib/error.js');
  });
});
