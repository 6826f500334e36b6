import { type Fault } from '#contracts';

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
    if (char === '"') {
      const end = endOfString(text, at);
      if (level?.expectsKey) {
        const detail = takeKey(level, text.slice(at, end + 1));
        if (detail) return { pointer: pointerTo(levels), detail };
      }
      at = end;
    } else if (char === '{' || char === '[') {
      if (levels.length === MAX_DEPTH) {
        return { pointer: pointerTo(levels), detail: `must not be nested deeper than ${MAX_DEPTH} levels` };
      }
      levels.push(
        char === '{'
          ? { keys: new Set(), at: '', expectsKey: true }
          : { keys: undefined, at: 0, expectsKey: false },
      );
    } else if (char === '}' || char === ']') {
      levels.pop();
    } else if (char === ',' && level) {
      if (level.keys) level.expectsKey = true;
      else level.at = (level.at as number) + 1;
    } else if (char === '-' || (char >= '0' && char <= '9')) {
      NUMBER.lastIndex = at;
      const [digits] = NUMBER.exec(text) as RegExpExecArray;
      if (Math.abs(Number(digits)) > Number.MAX_SAFE_INTEGER) {
        return { pointer: pointerTo(levels), detail: `must be between -(2^53 - 1) and 2^53 - 1` };
      }
      at += digits.length - 1;
    }
  }
  return undefined;
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
