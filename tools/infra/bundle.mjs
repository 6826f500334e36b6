import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { build, stop } from 'esbuild';
import { inRoot } from './root.mjs';
import { thinned } from './source-map.mjs';

/** What CommonJS expects to be there. */
const COMMON_JS = `import { createRequire as toRequire } from 'node:module';
const require = toRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;`;

/**
 * Each process in one file, in the place of its main.js: it starts with less than half of the CPU that it takes to find, read and
 * link two thousand. Packages that are not installed are optional to whoever asks for them, and stay so. See docs/adr/0037.
 */
export async function bundle() {
  const mains = globSync('dist/apps/*/src/**/main.js', { cwd: inRoot() });
  await build({
    absWorkingDir: inRoot(),
    entryPoints: mains,
    outdir: 'dist',
    outbase: 'dist',
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    sourcemap: 'linked',
    sourcesContent: false,
    minifyWhitespace: true,
    minifySyntax: true,
    banner: { js: COMMON_JS },
    plugins: [
      { name: 'optional packages', setup: leaveOut },
      { name: 'pino without a caller', setup: forgetCaller },
      { name: 'packages as they are installed', setup: withoutOwnMaps },
    ],
    logLevel: 'error',
  });
  // It would go on beside us for as long as we live.
  await stop();
  await Promise.all(mains.map(thinMapOf));
  return mains.length;
}

/** @param {string} main */
async function thinMapOf(main) {
  const path = inRoot(`${main}.map`);
  await writeFile(path, JSON.stringify(thinned(JSON.parse(await readFile(path, 'utf8')))));
}

/**
 * pino asks which file has called it, for transports in threads of their own, of which we have none. Node reads the whole source map
 * to tell: a tenth of a start.
 * @param {import('esbuild').PluginBuild} builder
 */
function forgetCaller(builder) {
  builder.onLoad({ filter: /\/pino\/lib\/caller\.js$/ }, () => ({ contents: 'module.exports = () => [];' }));
}

/**
 * Maps that packages bring name files of their makers, which are not here.
 * @param {import('esbuild').PluginBuild} builder
 */
function withoutOwnMaps(builder) {
  builder.onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, async ({ path }) => {
    const text = await readFile(path, 'utf8');
    return { contents: text.replace(/^\/\/[#@] sourceMappingURL=.*$/gm, ''), loader: 'js' };
  });
}

/** @param {import('esbuild').PluginBuild} builder */
function leaveOut(builder) {
  const asked = { filter: /^[^./#]/ };
  const isKnown = Symbol('is looked for already');
  builder.onResolve(asked, async ({ path, kind, importer, resolveDir, pluginData }) => {
    if (pluginData === isKnown || path.startsWith('node:') || builtinModules.includes(path)) return undefined;
    const found = await builder.resolve(path, { kind, importer, resolveDir, pluginData: isKnown });
    return found.errors.length > 0 ? { path, external: true } : found;
  });
}
