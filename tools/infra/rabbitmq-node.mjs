import { existsSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { isAlive } from './proc.mjs';
import { killProcess, spawnDetached, stopProcess, tail, until } from './process.mjs';
import { answers, managementUrlOf, PLUGINS, USER, VHOST } from './rabbitmq-server.mjs';
import { Trouble } from './say.mjs';

/** @typedef {import('./folder.mjs').Folder} Folder */
/** @typedef {import('./ports.mjs').Ports} Ports */

const READY_MS = 60_000;

/**
 * The script itself, not the wrapper that Debian puts on the path: that one insists on Debian's own user and folders.
 * Homebrew's sbin is on few paths.
 */
const PLACES = ['/usr/lib/rabbitmq/bin', '/opt/homebrew/sbin', '/usr/local/sbin', '/opt/rabbitmq/sbin'];

/** @param {string} name */
const onPath = (name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

/** @returns {string | undefined} */
export const findRabbit = () =>
  [...PLACES, '/usr/sbin']
    .map((folder) => join(folder, 'rabbitmq-server'))
    .find((path) => existsSync(path)) ?? onPath('rabbitmq-server');

/**
 * A RabbitMQ of our own from the one that is installed here: its ports, its data, its Erlang port mapper. It shares
 * nothing with a broker that runs already.
 */
export class RabbitNode {
  /** @param {Folder} folder @param {Ports} ports */
  constructor(folder, ports) {
    this.folder = folder;
    this.ports = ports;
    this.managementUrl = managementUrlOf(folder, ports);
    this.log = folder.file('rabbitmq', 'log', 'output.log');
  }

  /** What it is, for people. */
  get title() {
    return 'private node of the installed rabbitmq-server';
  }

  get alive() {
    return isAlive(this.folder.state.broker);
  }

  async start() {
    const script = findRabbit();
    if (!script) throw new Trouble('rabbitmq-server is not installed');
    this.folder.directory('rabbitmq', 'log');
    const env = this.#environment();
    await this.#startPortMapper(env);
    this.#writeConfiguration();
    const broker = await spawnDetached(script, [], { env, log: this.log });
    this.folder.remember({ broker });
    const ready = await until(async () => {
      if (!isAlive(broker)) return false;
      return (await answers(this.managementUrl)) || undefined;
    }, READY_MS);
    if (ready) return;
    await this.stop();
    throw new Trouble(
      `RabbitMQ ${ready === false ? 'ended at its start' : `was not ready within ${READY_MS / 1000} s`}:\n${tail(this.log)}`,
      `the whole log is in ${dirname(this.log)}; \`npm start -- --fresh\` begins with empty data`,
    );
  }

  async stop() {
    const { broker, portMapper } = this.folder.state;
    await stopProcess(broker, { graceMs: 30_000 });
    await stopProcess(portMapper);
    this.folder.remember({ broker: undefined, portMapper: undefined });
  }

  async kill() {
    await killProcess(this.folder.state.broker);
  }

  /**
   * Erlang would start the mapper of names to ports as a daemon that stays for ever. Ours is a process that we stop.
   * @param {NodeJS.ProcessEnv} env
   */
  async #startPortMapper(env) {
    if (isAlive(this.folder.state.portMapper)) return;
    const erl = onPath('erl') ?? '/opt/homebrew/bin/erl';
    if (!existsSync(erl)) throw new Trouble('Erlang (erl) is not on the path, and RabbitMQ needs it');
    const epmd = join(dirname(realpathSync(erl)), 'epmd');
    const args = ['-port', String(this.ports.epmd), '-address', '127.0.0.1'];
    this.folder.remember({ portMapper: await spawnDetached(epmd, args, { env, log: this.log }) });
  }

  #environment() {
    const home = this.folder.directory('rabbitmq', 'home');
    return {
      PATH: `${process.env.PATH}${delimiter}/opt/homebrew/bin`,
      LANG: 'C.UTF-8',
      // The Erlang cookie lives there.
      HOME: home,
      ERL_EPMD_PORT: String(this.ports.epmd),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: 'waybill@localhost',
      RABBITMQ_DIST_PORT: String(this.ports.dist),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      RABBITMQ_MNESIA_BASE: this.folder.directory('rabbitmq', 'data'),
      RABBITMQ_LOG_BASE: dirname(this.log),
      RABBITMQ_PID_FILE: this.folder.file('rabbitmq', 'pid'),
      RABBITMQ_CONFIG_FILE: this.folder.file('rabbitmq', 'rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: this.folder.file('rabbitmq', 'enabled_plugins'),
      RABBITMQ_FEATURE_FLAGS_FILE: this.folder.file('rabbitmq', 'feature_flags'),
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      // The script then becomes the broker, instead of waiting for it.
      RUNNING_UNDER_SYSTEMD: 'true',
    };
  }

  #writeConfiguration() {
    const { amqp, management, prometheus, stream } = this.ports;
    const lines = [
      `listeners.tcp.1 = 127.0.0.1:${amqp}`,
      `stream.listeners.tcp.1 = 127.0.0.1:${stream}`,
      'management.tcp.ip = 127.0.0.1',
      `management.tcp.port = ${management}`,
      'prometheus.tcp.ip = 127.0.0.1',
      `prometheus.tcp.port = ${prometheus}`,
      // The only user, made when the data are empty. There is no guest.
      `default_user = ${USER}`,
      `default_pass = ${this.folder.secret('rabbitmq')}`,
      'default_user_tags.administrator = true',
      `default_vhost = ${VHOST}`,
      'log.file.rotation.size = 10485760',
      'log.file.rotation.count = 2',
    ];
    this.folder.write('rabbitmq/rabbitmq.conf', lines.join('\n'));
    writeFileSync(this.folder.file('rabbitmq', 'enabled_plugins'), `[${PLUGINS.join(',')}].\n`);
  }
}

/** Of the installed server, as its folder tells, with a blank before it. @param {string} script */
export function versionOf(script) {
  const folders = [join(dirname(script), '../lib'), dirname(dirname(realpathSync(script)))].filter(
    existsSync,
  );
  const names = folders.flatMap((folder) => [folder, ...readdirSync(folder)]);
  const [, version] = /rabbitmq(?:_server-|\/)(\d[\d.]+)/.exec(names.join('\n')) ?? [];
  return version ? ` ${version}` : '';
}
