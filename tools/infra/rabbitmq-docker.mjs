import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { until } from './process.mjs';
import { answers, managementUrlOf, PLUGINS, USER, VHOST } from './rabbitmq-server.mjs';
import { Trouble } from './say.mjs';

/** @typedef {import('./folder.mjs').Folder} Folder */
/** @typedef {import('./ports.mjs').Ports} Ports */

const IMAGE = 'rabbitmq:4-management';
const PULL_MS = 600_000;
const READY_MS = 90_000;

/** @param {readonly string[]} args @param {number} [timeout] @param {NodeJS.ProcessEnv} [env] */
const docker = (args, timeout = 60_000, env = process.env) =>
  spawnSync('docker', args, { encoding: 'utf8', timeout, env });

/** A client without a daemon is no Docker. */
export const dockerAnswers = () => docker(['info', '--format', '{{.ServerVersion}}'], 5_000).status === 0;

/** A RabbitMQ of our own in a container, on the ports and with the secrets of the folder. Its data are a volume. */
export class RabbitContainer {
  /** @param {Folder} folder @param {Ports} ports */
  constructor(folder, ports) {
    this.folder = folder;
    this.ports = ports;
    this.name = `waybill-${folder.hash}`;
    this.managementUrl = managementUrlOf(folder, ports);
  }

  get title() {
    return `container ${this.name} of ${IMAGE}`;
  }

  get alive() {
    return docker(['inspect', '--format', '{{.State.Running}}', this.name]).stdout?.trim() === 'true';
  }

  async start() {
    docker(['rm', '--force', this.name]);
    // By name only: the list of processes, which everybody may read, must not show the password.
    const variables = this.#variables();
    const { status, stderr } = docker(this.#run(Object.keys(variables)), PULL_MS, {
      ...process.env,
      ...variables,
    });
    if (status !== 0)
      throw new Trouble(`Docker could not start RabbitMQ:\n${stderr}`, 'or give RABBITMQ_URL');
    const ready = await until(async () => (await answers(this.managementUrl)) || undefined, READY_MS);
    if (ready) return;
    const { stdout } = docker(['logs', '--tail', '15', this.name]);
    await this.stop();
    throw new Trouble(
      `RabbitMQ was not ready within ${READY_MS / 1000} s:\n${stdout}`,
      'or give RABBITMQ_URL',
    );
  }

  async stop() {
    docker(['stop', '--time', '30', this.name]);
    docker(['rm', '--force', this.name]);
  }

  async kill() {
    docker(['kill', this.name]);
  }

  removeData() {
    docker(['rm', '--force', this.name]);
    docker(['volume', 'rm', '--force', this.name]);
  }

  #variables() {
    return {
      RABBITMQ_DEFAULT_USER: USER,
      RABBITMQ_DEFAULT_PASS: this.folder.secret('rabbitmq'),
      RABBITMQ_DEFAULT_VHOST: VHOST,
      RABBITMQ_NODENAME: 'waybill@localhost',
    };
  }

  /** @param {readonly string[]} variables */
  #run(variables) {
    const plugins = this.folder.file('enabled_plugins');
    writeFileSync(plugins, `[${PLUGINS.join(',')}].\n`);
    const { amqp, management, prometheus, stream } = this.ports;
    const published = { [amqp]: 5672, [management]: 15672, [prometheus]: 15692, [stream]: 5552 };
    const volumes = [`${this.name}:/var/lib/rabbitmq`, `${plugins}:/etc/rabbitmq/enabled_plugins:ro`];
    return [
      'run',
      '--detach',
      `--name=${this.name}`,
      '--hostname=waybill',
      ...volumes.map((volume) => `--volume=${volume}`),
      ...variables.map((name) => `--env=${name}`),
      ...Object.entries(published).map(([here, inside]) => `--publish=127.0.0.1:${here}:${inside}`),
      IMAGE,
    ];
  }
}
