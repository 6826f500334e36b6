import { readFileSync } from 'node:fs';
import amqp from 'amqplib';
import { brokersOf } from './broker-urls.mjs';
import { dockerAnswers, RabbitContainer } from './rabbitmq-docker.mjs';
import { installRabbit } from './rabbitmq-install.mjs';
import { findRabbit, RabbitNode } from './rabbitmq-node.mjs';
import { shown, Trouble } from './say.mjs';

/** @typedef {import('./folder.mjs').Folder} Folder */
/** @typedef {import('./ports.mjs').Ports} Ports */
/** @typedef {RabbitNode | RabbitContainer} PrivateBroker */

const CHECK_MS = 4_000;

/**
 * The installed RabbitMQ, else Docker, else it is installed.
 * @param {Folder} folder @param {Ports} ports @returns {PrivateBroker}
 */
export function privateBroker(folder, ports) {
  if (findRabbit()) return new RabbitNode(folder, ports);
  if (dockerAnswers()) return new RabbitContainer(folder, ports);
  installRabbit();
  return new RabbitNode(folder, ports);
}

/**
 * What RABBITMQ_URL names can be used, or why not. Of a cluster every node is listed, and one that is there is enough.
 * @param {NodeJS.Dict<string>} env
 */
export async function checkBroker(env) {
  const ca = brokerCa(env);
  const checks = await Promise.allSettled(brokersOf(env.RABBITMQ_URL ?? '').map((url) => checkNode(url, ca)));
  const failed = checks.filter((check) => check.status === 'rejected');
  if (failed.length === checks.length) throw failed[0]?.reason;
}

/** @param {string} url @param {string | undefined} ca */
async function checkNode(url, ca) {
  if (!URL.canParse(url) || !/^amqps?:$/.test(new URL(url).protocol)) {
    throw new Trouble(
      'RABBITMQ_URL is not the URL of a broker',
      'for example amqp://user:password@localhost:5672/waybill',
    );
  }
  try {
    const connection = await amqp.connect(url, { timeout: CHECK_MS, ca });
    connection.on('error', () => undefined);
    await connection.close();
  } catch (error) {
    const { code, message } = /** @type {Error & { code?: string }} */ (error);
    throw new Trouble(
      `the broker of RABBITMQ_URL (${shown(url)}) can't be used: ${message || code}`,
      remedy(message, code),
      error,
    );
  }
}

/** Of an amqps:// broker, where it has one of its own. @param {NodeJS.Dict<string>} env */
export function brokerCa({ RABBITMQ_CA_FILE: file, RABBITMQ_CA: text }) {
  try {
    return file ? readFileSync(file, 'utf8') : text || undefined;
  } catch (error) {
    throw new Trouble(`RABBITMQ_CA_FILE can't be read: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {string} message @param {string} [code] */
function remedy(message, code) {
  if (/ACCESS_REFUSED|403/.test(message)) return 'user or password are wrong';
  if (/NOT_FOUND|NOT_ALLOWED|ConnectionOpenOk/.test(message)) {
    return 'there is no such vhost, or not for this user: rabbitmqctl add_vhost <name>, then set_permissions';
  }
  if (/certificate|altnames/.test(message)) {
    return 'with an authority of your own, name the file with its certificate in RABBITMQ_CA_FILE; the host must be in the certificate';
  }
  if (/frame/i.test(message)) return 'something answers there, but not RabbitMQ: check host and port';
  if (code === 'ECONNREFUSED')
    return 'nothing listens there: start the broker, or leave RABBITMQ_URL out to get a private one';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the name of the host is unknown';
  return 'check host, port and firewall, or leave RABBITMQ_URL out to get a private broker';
}
