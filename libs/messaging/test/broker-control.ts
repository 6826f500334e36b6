import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What no management API can do to a broker: only to that of `npm test`, which belongs to the tests alone. */
export const brokerControl = {
  /** In order, and back again. */
  restart: () => control('restart'),
  /** As a power cut, and back again. */
  kill: () => control('kill'),
  /** From this fraction of the machine's memory on, the broker takes no messages. */
  limitMemory: (fraction: number) => rabbitmqctl('set_vm_memory_high_watermark', String(fraction)),
};

const TIMEOUT_MS = 90_000;
const PLACES = ['/usr/lib/rabbitmq/bin', '/opt/homebrew/sbin', '/usr/local/sbin'];
/** Of the first port of the folder: tools/infra/ports.mjs. */
const EPMD_OFFSET = 5;

function folder(): string {
  const path = process.env.WAYBILL_TEST_FOLDER;
  if (path) return path;
  throw new Error(
    'WAYBILL_TEST_FOLDER is not set: a broker that belongs to nobody else is needed. Run the tests with "npm test".',
  );
}

function control(action: 'restart' | 'kill'): Promise<void> {
  folder();
  return run(process.execPath, ['tools/infra/control.mjs', 'broker', action], process.env);
}

function rabbitmqctl(...args: string[]): Promise<void> {
  const { ports } = JSON.parse(readFileSync(join(folder(), 'state.json'), 'utf8'));
  return run('rabbitmqctl', args, {
    PATH: `${PLACES.join(':')}:${process.env.PATH}`,
    LANG: 'C.UTF-8',
    HOME: join(folder(), 'rabbitmq', 'home'),
    ERL_EPMD_PORT: String(ports + EPMD_OFFSET),
    RABBITMQ_NODENAME: 'waybill@localhost',
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
  });
}

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
}
