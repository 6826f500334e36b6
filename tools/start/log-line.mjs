import { coloured, dim, red, yellow } from '../infra/say.mjs';

/** One colour per process, in the order in which they came. */
const COLOURS = [36, 35, 34, 33, 32, 96, 95, 94, 93, 92];
const LEVELS = { warn: yellow, error: red, fatal: red };
/** On every line, or said otherwise. */
const KNOWN = new Set(['level', 'time', 'msg', 'service', 'instance', 'pid', 'hostname', 'err', 'stack']);
const NAME_WIDTH = 10;
const LONGEST_VALUE = 200;

/** @param {string} name @param {number} index */
export const prefixOf = (name, index) =>
  coloured(COLOURS[index % COLOURS.length] ?? 0, name.padEnd(NAME_WIDTH));

/**
 * A line of pino's JSON as people read it: when, who, what, and then the fields. Other lines stay as they are.
 * @param {string} prefix @param {string} line
 */
export function readable(prefix, line) {
  const entry = parsed(line);
  if (!entry) return `${' '.repeat(12)} ${prefix} ${line}`;
  const { level, time, msg = '', err, stack } = entry;
  const paint = LEVELS[/** @type {keyof typeof LEVELS} */ (level)] ?? ((/** @type {string} */ text) => text);
  const fields = Object.entries(entry)
    .filter(([name, value]) => !KNOWN.has(name) && value !== undefined && value !== null)
    .map(([name, value]) => dim(`${name}=${short(value)}`));
  const words = level === 'info' ? msg : `${paint(level)} ${msg}`;
  const trace = stackOf(level, err?.stack ?? err?.message ?? stack);
  return [dim(String(time).slice(11, 23)), prefix, [words, ...fields].join(' ')].join(' ') + trace;
}

/** @param {string} line @returns {Record<string, any> | undefined} */
function parsed(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line);
    return typeof entry.level === 'string' ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** @param {unknown} value */
function short(value) {
  const text = typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** Errors with their stack; of a warning the first line is enough. @param {string} level @param {unknown} stack */
function stackOf(level, stack) {
  if (typeof stack !== 'string' || stack === '') return '';
  const lines = level === 'error' || level === 'fatal' ? stack.split('\n') : stack.split('\n', 1);
  return lines.map((line) => `\n${' '.repeat(12 + 1 + NAME_WIDTH + 1)}${dim(line.trim())}`).join('');
}
