import { createHash } from 'node:crypto';

/**
 * @typedef {import('./attacks.mjs').Attack} Attack
 * @typedef {import('./targets.mjs').Target} Target
 */

/** @param {string | Buffer} body */
export const digestOf = (body) => createHash('md5').update(body).digest('hex');

/** What must become of everything that was sent: each once a dead letter, or once a refusal. Nothing else. */
export class Account {
  /** By the bytes of the letter. @type {Map<string, number>} */
  letters = new Map();
  /** By the id of the question. @type {Map<string, number>} */
  refusals = new Map();
  sent = 0;

  /** @param {Target} target @param {Attack} attack @param {(member: object) => boolean} isEnvelope */
  expect({ isRpc, isDead }, { members, body, how, answered }, isEnvelope) {
    this.sent++;
    const isAnswered = isRpc && answered;
    // What is dead already stays as it is. One member without an envelope, and nothing of a message can be read.
    if (isDead || !members?.every(isEnvelope)) return add(this.letters, digestOf(body), 1);
    for (const member of members) {
      if (isAnswered) add(this.refusals, /** @type {any} */ (member).id, 1);
      else add(this.letters, how === 'too deep' ? digestOf(body) : digestOf(JSON.stringify([member])), 1);
    }
  }

  get expected() {
    return { letters: sum(this.letters), refusals: sum(this.refusals) };
  }
}

/**
 * What is there too often (above zero), and what is missing (below).
 * @param {ReadonlyMap<string, number>} expected @param {ReadonlyMap<string, number>} found
 * @returns {[key: string, difference: number][]}
 */
export function differences(expected, found) {
  const keys = new Set([...expected.keys(), ...found.keys()]);
  return [...keys]
    .map((key) => /** @type {[string, number]} */ ([key, (found.get(key) ?? 0) - (expected.get(key) ?? 0)]))
    .filter(([, difference]) => difference !== 0);
}

/** @param {Map<string, number>} counts @param {string} key @param {number} more */
export function add(counts, key, more) {
  counts.set(key, (counts.get(key) ?? 0) + more);
}

/** @param {ReadonlyMap<string, number>} counts */
export const sum = (counts) => [...counts.values()].reduce((all, one) => all + one, 0);
