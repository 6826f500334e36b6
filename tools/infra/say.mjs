import { brokersOf } from './broker-urls.mjs';

const COLOURED = process.stdout.isTTY && !process.env.NO_COLOR;

/** @param {number} code @param {string} text */
const paint = (code, text) => (COLOURED ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = (/** @type {string} */ text) => paint(1, text);
export const dim = (/** @type {string} */ text) => paint(2, text);
export const red = (/** @type {string} */ text) => paint(31, text);
export const green = (/** @type {string} */ text) => paint(32, text);
export const yellow = (/** @type {string} */ text) => paint(33, text);
export const coloured = COLOURED ? paint : (/** @type {number} */ _code, /** @type {string} */ text) => text;

/** A failure that the user can do something about: printed without a stack. */
export class Trouble extends Error {
  /** @param {string} message @param {string} [remedy] @param {unknown} [cause] */
  constructor(message, remedy, cause) {
    super(remedy ? `${message}\n  → ${remedy}` : message, { cause });
  }
}

/** The step that is under way, on a terminal that can show it. */
let current = '';

/** @param {string} text */
export function say(text) {
  if (current) process.stdout.write('\r\u001b[2K');
  console.log(text);
  if (current) process.stdout.write(current);
}
/** @param {string} text */
export const note = (text) => say(`  ${dim(text)}`);
/** @param {string} text */
export const warn = (text) => say(`${yellow('!')} ${text}`);

/** A URL for people, or the nodes of a cluster: without the password. @param {string} urls */
export function shown(urls) {
  const those = brokersOf(urls).map((url) => new URL(url));
  return those.map(({ protocol, host, pathname }) => `${protocol}//${host}${pathname}`).join(', ');
}

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/**
 * One line per step, when it is done, with the time it took.
 * @template T
 * @param {string} title
 * @param {(done: (outcome: string) => void) => T | Promise<T>} work `done` replaces the title by what came out
 * @param {number} [begun] when the work began, if before now
 * @returns {Promise<T>}
 */
export async function step(title, work, begun = Date.now()) {
  let line = title;
  const print = (/** @type {string} */ mark) => {
    show('');
    say(`${mark} ${line.padEnd(64)} ${dim(seconds(Date.now() - begun).padStart(7))}`);
  };
  show(`${dim('…')} ${title}`);
  try {
    const result = await work((outcome) => {
      line = outcome;
    });
    print(green('✓'));
    return result;
  } catch (error) {
    print(red('✗'));
    throw error;
  }
}

/** @param {string} text */
function show(text) {
  if (!COLOURED) return;
  process.stdout.write(`\r\u001b[2K${text}`);
  current = text;
}

/** @param {unknown} error */
function wordsOf(error) {
  if (!(error instanceof Error)) return String(error);
  const isAnOption = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  return error instanceof Trouble || isAnOption ? error.message : error.stack;
}

/** Ends the process with the cause in words: a stack only for what nobody foresaw. @param {unknown} error */
export function fail(error) {
  console.error(`\n${red('✗')} ${wordsOf(error)}`);
  // Some commands have a code of their own for what could not be found out.
  process.exitCode ||= 1;
}
