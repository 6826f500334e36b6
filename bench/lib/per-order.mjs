/**
 * @typedef {import('./counters.mjs').Counts} Counts
 * @typedef {import('./counters.mjs').Counters} Counters
 * @typedef {{ name: string, perOrder: number, idlePerSecond: number }} Entry
 */

/** Once in two thousand orders is noise. */
const LEAST = 0.0005;

/**
 * What an order costs: what was counted from `before` to `after`, without what an idle system counts in that time anyway.
 * @param {{ idle: Counters, before: Counters, after: Counters, orders: number }} seen `idle`: some time before `before`
 * @returns {Map<string, Entry[]>} by section; without what an order has nothing to do with
 */
export function perOrder({ idle, before, after, orders }) {
  const idleMs = before.at - idle.at;
  const ms = after.at - before.at;
  /** @type {Map<string, Entry[]>} */
  const found = new Map();
  for (const [section, counts] of Object.entries(after.sections)) {
    const entries = Object.entries(counts).map(([name, count]) => {
      const first = before.sections[section]?.[name] ?? 0;
      const idlePerMs = (first - (idle.sections[section]?.[name] ?? 0)) / idleMs;
      return { name, perOrder: (count - first - idlePerMs * ms) / orders, idlePerSecond: idlePerMs * 1_000 };
    });
    found.set(
      section,
      entries.filter((entry) => entry.perOrder > LEAST),
    );
  }
  return found;
}

/** @param {readonly Entry[]} entries */
export function totalOf(entries) {
  const sum = (/** @type {(entry: Entry) => number} */ of) =>
    entries.reduce((all, entry) => all + of(entry), 0);
  return {
    name: 'all',
    perOrder: sum((entry) => entry.perOrder),
    idlePerSecond: sum((entry) => entry.idlePerSecond),
  };
}

/** Three digits that count. @param {number} value */
export function shown(value) {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value === 0 ? '0' : value.toPrecision(3);
}
