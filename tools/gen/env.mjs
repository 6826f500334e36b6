import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { describeConfig } from '#service';
import { decorationsOf, rulesOf } from './rules.mjs';
import { readSources } from './source.mjs';

/**
 * @typedef {import('#service').Variable} Variable
 * @typedef {{ text: string, readers: string[] }} Entry
 */

const WIDTH = 110;
const CONFIGS = ['apps/*/src/config.ts', 'apps/*/src/*/config.ts'];
const { classes } = readSources([...CONFIGS, 'libs/service/src/config.ts']);

/** .env.example: every variable of every configuration class, grouped by the processes that read it. Nothing is set. */
export async function envExample() {
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  for (const path of globSync(CONFIGS).sort()) {
    const process = path.split('/').at(-2) === 'src' ? path.split('/')[1] : path.split('/').at(-2);
    for (const type of Object.values(await import(resolve('dist', path.replace(/\.ts$/, '.js'))))) {
      for (const variable of describeConfig(type)) note(entries, textOf(type, variable), String(process));
    }
  }
  const groups = Map.groupBy(entries.values(), ({ readers }) => readers.join(', '));
  const byReaders = [...groups].sort(
    ([, a], [, b]) => (b[0]?.readers.length ?? 0) - (a[0]?.readers.length ?? 0),
  );
  return `# Every variable that the processes read, with its default. Development needs none of them: \`npm start\` sets what
# is required. A variable comes from the environment, else from a file named .env beside this one; NAME_FILE names a file
# that holds the value of NAME. Made from the configuration classes by \`npm run gen\`.

${byReaders.map(([readers, those]) => `## ${readers}\n\n${those.map(({ text }) => text).join('\n\n')}`).join('\n\n')}
`;
}

/** Processes that mean the same by a variable share its entry. @param {Map<string, Entry>} entries @param {string} text @param {string} process */
function note(entries, text, process) {
  const entry = entries.get(text) ?? { text, readers: [] };
  entry.readers.push(process);
  entries.set(text, entry);
}

/** @param {new () => object} type @param {Variable} variable */
function textOf(type, { name, property, required, default: value }) {
  const { doc, initializer } = memberOf(type.name, property);
  const rules = rulesOf(decorationsOf(type).get(property) ?? []);
  const words = [doc, rules && `${rules[0]?.toUpperCase()}${rules.slice(1)}.`, required && 'Required.']
    .filter(Boolean)
    .join(' ');
  return `${comment(words)}\n#${name}=${shown(value, initializer)}`;
}

/** The nearest comment and initializer on the way up. @param {string} className @param {string} property */
function memberOf(className, property) {
  /** @type {{ doc: string, initializer: ts.Expression | undefined }} */
  const found = { doc: '', initializer: undefined };
  for (let source = classes.get(className); source; source = classes.get(source.parent ?? '')) {
    const member = source.members.find(({ name }) => name === property);
    found.doc ||= member?.doc ?? '';
    found.initializer ??= member?.initializer;
  }
  return found;
}

/** A default that depends on the machine is shown by its parts. @param {string | undefined} value @param {ts.Expression | undefined} initializer */
function shown(value, initializer) {
  if (value === undefined || !initializer || !ts.isTemplateExpression(initializer)) return value ?? '';
  const parts = initializer.templateSpans.map(
    ({ expression, literal }) => `<${/(\w+)(\(\))?$/.exec(expression.getText())?.[1]}>${literal.text}`,
  );
  return initializer.head.text + parts.join('');
}

/** Broken into lines. @param {string} words */
function comment(words) {
  let line = '#';
  const lines = [];
  for (const word of words.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\n');
}
