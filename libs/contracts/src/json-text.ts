import { type Fault } from './validate.js';

/** Deeper than any request of ours, shallow enough for every walk over it. */
export const MAX_DEPTH = 20;

/** An object or array that is open at the current position. */
interface Level {
  /** Keys seen so far; an array has none. */
  readonly keys: Set<string> | undefined;
  /** Where we are inside: the last key, or the index. */
  at: string | number;
  expectsKey: boolean;
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * What JSON.parse lets through and nobody means: a key that is there twice, a key that every object inherits
 * (`__proto__`, `constructor`), a number that a double cannot hold, a depth that only an attack has. The text must be
 * one that JSON.parse accepts.
 */
export function findFault(text: string): Fault | undefined {
  const levels: Level[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    const level = levels.at(-1);
    let detail: string | undefined;
    switch (char) {
      case '"': {
        const end = endOfString(text, at);
        if (level?.expectsKey) detail = takeKey(level, text.slice(at, end + 1));
        at = end;
        break;
      }
      case '{':
      case '[':
        detail = enter(levels, char);
        break;
      case '}':
      case ']':
        levels.pop();
        break;
      case ',':
        if (level) moveOn(level);
        break;
      default:
        if (char === '-' || (char >= '0' && char <= '9')) {
          const digits = numberAt(text, at);
          detail = sizeFault(digits);
          at += digits.length - 1;
        }
    }
    if (detail) return { pointer: pointerTo(levels), detail };
  }
  return undefined;
}

/** The fault of one level more, if it has one. */
function enter(levels: Level[], bracket: '{' | '['): string | undefined {
  if (levels.length === MAX_DEPTH) return `must not be nested deeper than ${MAX_DEPTH} levels`;
  levels.push(
    bracket === '{'
      ? { keys: new Set(), at: '', expectsKey: true }
      : { keys: undefined, at: 0, expectsKey: false },
  );
  return undefined;
}

/** To the next key or item. */
function moveOn(level: Level): void {
  if (level.keys) level.expectsKey = true;
  else level.at = (level.at as number) + 1;
}

/** The fault of this key, if it has one. */
function takeKey(level: Level, quoted: string): string | undefined {
  const key = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
  level.at = key;
  level.expectsKey = false;
  if (key in Object.prototype) return 'must not be used as a name';
  if (level.keys?.has(key)) return 'must not be there twice';
  level.keys?.add(key);
  return undefined;
}

function sizeFault(digits: string): string | undefined {
  return Math.abs(Number(digits)) > Number.MAX_SAFE_INTEGER
    ? 'must be between -(2^53 - 1) and 2^53 - 1'
    : undefined;
}

function numberAt(text: string, start: number): string {
  NUMBER.lastIndex = start;
  const [digits] = NUMBER.exec(text) as RegExpExecArray;
  return digits;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function pointerTo(levels: readonly Level[]): string {
  return levels
    .map(({ at }) => `/${String(at).slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}
