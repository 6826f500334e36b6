import { absoluteRowOf } from './compare.mjs';

/** CPU seconds of all that serves, without the load generator, per 1 000 calls. @param {import('./compare.mjs').Run} run */
export function cpuPerThousand({ cpuSeconds, count }) {
  const served = Object.entries(cpuSeconds).filter(([group]) => group !== 'load');
  return (served.reduce((sum, [, seconds]) => sum + seconds, 0) * 1_000) / count;
}

/**
 * P8. By process it is in the list below the table.
 * @param {number} clients
 * @param {{ runs: readonly import('./compare.mjs').Run[], name: string, failures?: readonly string[] }} from
 */
export function cpuRowOf(clients, from) {
  const what = {
    id: `P8/${clients}`,
    title: `CPU of 1 000 orders, ${clients} clients, all processes`,
    unit: 's',
    better: /** @type {const} */ ('lower'),
    bar: 2.5,
    goal: 1.5,
  };
  return absoluteRowOf(what, { ...from, figure: cpuPerThousand });
}
