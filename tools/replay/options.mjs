import { parseArgs } from 'node:util';
import { Trouble } from '../infra/say.mjs';

export const HELP = `npm run --silent replay -- [options]

Prints events from the log, oldest first: one a line on stdout, progress on stderr.

  --from <where>    first (unless told), last: the newest few, offset:<n>, or time:<ISO 8601>
  --to <where>      stop after offset:<n>, or at time:<ISO 8601>; unless told, with what is there now
  --follow          go on with what happens from now on, until Ctrl-C
  --type <pattern>  only these: order.confirmed.v1, order.* …; may be repeated
  --json            JSON lines, with the offset, the whole envelope and the data
  --limit <n>       stop after so many events

  --feed <queue>    put the events into a queue instead, as they were published: bundles, with their ids, so that a
                    consumer that has seen them before notices. The queue must be there
  --rate <n>        events per second at most, when feeding (100)
  --help

  RABBITMQ_URL      the broker, if it is not that of the running npm start or npm run infra; a user that may read the log
                    is enough: npm run broker:users makes one. RABBITMQ_CA_FILE: see docs/how-to/broker-tls.md`;

/**
 * @typedef {'first' | 'last' | number | Date} Place
 * @typedef {object} Options
 * @property {Place} from @property {number | Date} [to]
 * @property {readonly string[]} types patterns; none means all
 * @property {boolean} follow @property {boolean} json @property {boolean} help
 * @property {number} [limit] @property {string} [feed] @property {number} rate
 */

/** @param {string[]} args @returns {Options} */
export function parseOptions(args) {
  const { from, to, type, limit, rate, feed, ...flags } = valuesOf(args);
  const options = {
    from: from === 'first' || from === 'last' ? from : placeOf('from', from),
    ...(to !== undefined && { to: placeOf('to', to) }),
    types: type,
    ...(limit !== undefined && { limit: numberOf('limit', limit) }),
    ...(feed !== undefined && { feed }),
    rate: numberOf('rate', rate),
    ...flags,
  };
  if (options.follow && options.to !== undefined) throw wrong('--follow has no end, and --to sets one');
  if (isBehind(options.from, options.to)) throw wrong(`--from ${from} is behind --to ${to}`);
  if (feed !== undefined && options.json) throw wrong('--feed prints no events: it can do without --json');
  return options;
}

/** Then nothing would ever come. @param {Place} from @param {number | Date | undefined} to */
function isBehind(from, to) {
  if (typeof from === 'number' && typeof to === 'number') return from > to;
  return from instanceof Date && to instanceof Date && from > to;
}

/** Whether an event is of a type that was asked for. @param {readonly string[]} patterns @param {string} type */
export function isOfType(patterns, type) {
  if (patterns.length === 0) return true;
  return patterns.some((one) => (one.endsWith('*') ? type.startsWith(one.slice(0, -1)) : type === one));
}

/** @param {string[]} args */
function valuesOf(args) {
  try {
    return parseArgs({
      args,
      options: {
        from: { type: 'string', default: 'first' },
        to: { type: 'string' },
        type: { type: 'string', multiple: true, default: [] },
        follow: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        limit: { type: 'string' },
        feed: { type: 'string' },
        rate: { type: 'string', default: '100' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw wrong(/** @type {Error} */ (error).message);
  }
}

/** @param {string} name @param {string} text @returns {number | Date} */
function placeOf(name, text) {
  const [, kind, value = ''] = /^(offset|time):(.+)$/.exec(text) ?? [];
  if (kind === 'offset' && /^\d{1,15}$/.test(value)) return Number(value);
  const time = new Date(value);
  if (kind === 'time' && !Number.isNaN(time.getTime())) return time;
  throw wrong(
    `--${name} ${text} is neither offset:<n> nor time:<ISO 8601>${name === 'from' ? ', first or last' : ''}`,
  );
}

/** @param {string} name @param {string} text */
function numberOf(name, text) {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw wrong(`--${name} ${text} is not a whole number from 1 on`);
}

/** @param {string} words */
function wrong(words) {
  return new Trouble(words, 'npm run replay -- --help');
}
