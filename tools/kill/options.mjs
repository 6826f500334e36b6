import { parseArgs } from 'node:util';

export const HELP = `npm run kill -- [options]

The kill matrix: on every path of an order each process dies, by kill -9, at every crash point that it passes there. It is
started again at once, the client tries again with the same key, and when everything has ended the order must stand where
it should, all books must agree, ours and the provider's, and nothing may be dead. Real processes, broker and databases.

  --path <name>      only this path; may be repeated
  --point <name>     only this point; may be repeated
  --passings <n>     of each point at most the first n passings (1)
  --each <what>      "process": whoever passes a point dies there; "point": one of them, another one on each path (process)
  --parallel <n>     paths at a time, each in a shop of its own (1)
  --report <file>    write the table there, too, after each path that is done
  --list             every point and every path, with what it is
  --help

npm run long:kill takes every point on every path that passes it, three paths at a time. Each point on one path is part of
npm test, and by itself npm test -- kill. Exits with 0 when everything has healed and every point was died at, with 1 when
not, with 2 when it was not understood.`;

/**
 * @typedef {{ paths?: string[], points?: string[], passings: number, each: string, parallel: number, report?: string }} Asked
 * @typedef {{ points: readonly string[], paths: readonly string[] }} Known
 */

/** @param {string[]} args @param {Known} known @returns {{ wrong: string } | { help: boolean, list: boolean, asked: Asked }} */
export function optionsOf(args, known) {
  try {
    const { path, point, passings, each, parallel, report, help, list } = valuesOf(args);
    const asked = {
      ...(path && { paths: expectKnown('path', path, known.paths) }),
      ...(point && { points: expectKnown('point', point, known.points) }),
      passings: numberOf('passings', passings),
      each: expectOneOf('each', each, ['process', 'point']),
      parallel: numberOf('parallel', parallel),
      ...(report !== undefined && { report }),
    };
    return { help, list, asked };
  } catch (error) {
    return { wrong: /** @type {Error} */ (error).message };
  }
}

/** @param {string[]} args */
function valuesOf(args) {
  return parseArgs({
    args,
    options: {
      path: { type: 'string', multiple: true },
      point: { type: 'string', multiple: true },
      passings: { type: 'string', default: '1' },
      each: { type: 'string', default: 'process' },
      parallel: { type: 'string', default: '1' },
      report: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
}

/** @param {string} option @param {string[]} names @param {readonly string[]} known */
function expectKnown(option, names, known) {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`--${option} ${unknown} is not there: see --list`);
  return names;
}

/** @param {string} option @param {string} text @param {readonly string[]} all */
function expectOneOf(option, text, all) {
  if (all.includes(text)) return text;
  throw new Error(`--${option} ${text} is not one of ${all.join(', ')}`);
}

/** @param {string} option @param {string} text */
function numberOf(option, text) {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Error(`--${option} ${text} is not a whole number from 1 on`);
}
