import { parseArgs } from 'node:util';
import { Trouble } from '../infra/say.mjs';

export const HELP = `npm run --silent broker:users -- [options]

Makes a user of RabbitMQ for each process (gateway, order, payment, stock) and one that only reads the event log, each with
the rights that it needs, and the exchanges that they share. Prints the definitions that RabbitMQ takes, as JSON on stdout:
rabbitmqctl import_definitions, or load_definitions in rabbitmq.conf. The URLs for the processes go to stderr.

  --apply           make them now, through the management API, instead of printing. Again after an update: users that are
                    there keep their passwords and get the rights of this version
  --url <url>       of the management API, with user and password of an administrator; that of the running npm start or
                    npm run infra unless told. http://admin:password@broker:15672
  --vhost <name>    waybill unless told; users are called <vhost>_order …
  --administrator <name>   also one who may do everything, for a broker that is made from the definitions alone
  --help

  GATEWAY_BROKER_PASSWORD, ORDER_BROKER_PASSWORD, PAYMENT_BROKER_PASSWORD, STOCK_BROKER_PASSWORD, READER_BROKER_PASSWORD and
  BROKER_PASSWORD (of the administrator)   passwords; new ones are made up for those that are not there yet`;

/**
 * @typedef {object} Options
 * @property {boolean} apply @property {boolean} help
 * @property {string} [url] @property {string} vhost @property {string} [administrator]
 */

/** @param {string[]} args @returns {Options} */
export function parseOptions(args) {
  const options = valuesOf(args);
  if (options.url !== undefined && !options.apply) throw wrong('--url is for --apply');
  if (options.apply && options.administrator !== undefined)
    throw wrong('--apply needs an administrator already');
  if (options.url !== undefined && !/^https?:$/.test(URL.parse(options.url)?.protocol ?? ''))
    throw wrong(`--url ${options.url} is not the URL of a management API`);
  if (options.vhost === '') throw wrong('--vhost needs a name');
  return options;
}

/** @param {string[]} args @returns {Options} */
function valuesOf(args) {
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  try {
    return parseArgs({
      args,
      options: {
        apply: flag,
        help: flag,
        url: { type: 'string' },
        vhost: { type: 'string', default: 'waybill' },
        administrator: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw wrong(/** @type {Error} */ (error).message);
  }
}

/** @param {string} words */
const wrong = (words) => new Trouble(words, 'npm run broker:users -- --help');
