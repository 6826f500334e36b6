/**
 * Ids begin with the time at which they were made, in ten letters of Crockford's base 32. Whose first six letters are the
 * same were made within the same 17.5 minutes: with other letters there, an id is the same one of another time.
 */

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const LETTERS = 6;

/** How long the last four letters of a time last. */
export const SPAN_MS = 32 ** 4;

/** What all ids of a span have in common. @param {number} span counted from 1970 */
export function markOf(span) {
  let mark = '';
  for (let i = 0, rest = span; i < LETTERS; i++) {
    mark = ALPHABET[rest % 32] + mark;
    rest = Math.floor(rest / 32);
  }
  return `_${mark}`;
}

/** Those of all ids that were made between two times. @param {number} fromMs @param {number} toMs @returns {number[]} */
export function spansOf(fromMs, toMs) {
  const first = Math.floor(fromMs / SPAN_MS);
  return Array.from({ length: Math.floor(toMs / SPAN_MS) - first + 1 }, (_, i) => first + i);
}
