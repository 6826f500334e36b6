import { parseArgs } from 'node:util';
import { Trouble } from '../infra/say.mjs';

/** @typedef {'gateway' | 'order' | 'payment' | 'stock'} ProcessName */

/** In the order in which they start; they stop the other way round. @type {readonly ProcessName[]} */
export const STARTS = ['stock', 'payment', 'order', 'gateway'];

export const HELP = `npm start [-- options]

Starts RabbitMQ, PostgreSQL and the four services, loads a small catalogue and places one order.

  --scale <service>=<n>  more processes of a service; may be repeated: --scale order=2 --scale stock=3
  --port <n>             of the API; the next free one from 3000 on unless told
  --fresh                begin with empty data
  --no-demo              no catalogue, no order
  --once                 stop when the order is confirmed: a test of this machine
  --watch                build and restart on change (npm run start:dev)
  --inspect              with a debugger port per process (npm run start:debug)
  --help

  RABBITMQ_URL           a broker to use instead of a private one
  DATABASE_URL           a PostgreSQL server to use instead of a private one; its role may create databases and roles
  ORDER_DATABASE_URL, PAYMENT_DATABASE_URL, STOCK_DATABASE_URL   or a database for each service
  ORDER_MIGRATION_DATABASE_URL, …   of the role that owns it, when the other one only serves
  LOG_LEVEL              debug, info, warn, …
Also from .env. Everything else that it makes is in .data.`;

const MOST = 16;

/**
 * @typedef {object} Options
 * @property {Record<ProcessName, number>} replicas
 * @property {number} [port]
 * @property {boolean} fresh @property {boolean} demo @property {boolean} once
 * @property {boolean} watch @property {boolean} inspect @property {boolean} help
 */

/** @param {string[]} args @returns {Options} */
export function parseOptions(args) {
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  const { values } = parsed({
    args,
    options: {
      scale: { type: 'string', multiple: true, default: [] },
      port: { type: 'string' },
      'no-demo': flag,
      fresh: flag,
      once: flag,
      watch: flag,
      inspect: flag,
      help: flag,
    },
  });
  const { scale, port, 'no-demo': noDemo, ...flags } = /** @type {any} */ (values);
  return { replicas: replicasOf(scale), demo: !noDemo, ...(port && { port: portOf(port) }), ...flags };
}

/** @param {import('node:util').ParseArgsConfig} config */
function parsed(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new Trouble(/** @type {Error} */ (error).message, 'npm start -- --help');
  }
}

/** @param {readonly string[]} scale */
function replicasOf(scale) {
  /** @type {Record<ProcessName, number>} */
  const replicas = { stock: 1, payment: 1, order: 1, gateway: 1 };
  for (const entry of scale) {
    const [, name, count] = /^(\w+)=(\d+)$/.exec(entry) ?? [];
    const number = Number(count);
    if (!STARTS.includes(/** @type {ProcessName} */ (name)) || number < 1 || number > MOST) {
      throw new Trouble(
        `--scale ${entry} is not <service>=<1..${MOST}>`,
        `services are ${STARTS.join(', ')}`,
      );
    }
    replicas[/** @type {ProcessName} */ (name)] = number;
  }
  return replicas;
}

/** @param {string} text */
function portOf(text) {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Trouble(`--port ${text} is not a port`);
  return port;
}
