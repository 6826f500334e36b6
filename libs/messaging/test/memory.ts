import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** It starts an Erlang machine of its own, which takes its time where much else runs. */
const TIMEOUT_MS = 120_000;
const PLACES = ['/usr/lib/rabbitmq/bin', '/opt/homebrew/sbin', '/usr/local/sbin'];
/** From the first port of the folder: tools/infra/ports.mjs. */
const EPMD = 5;

/** From this fraction of the machine's memory on, the broker of `npm test` takes no messages. */
export function limitMemory(fraction: number): Promise<void> {
  return brokerTool('set_vm_memory_high_watermark', String(fraction));
}

/** With less free disk than that it takes none either. */
export function limitDisk(free: string): Promise<void> {
  return brokerTool('set_disk_free_limit', free);
}

/** What only the broker's own tool can say. */
async function brokerTool(...args: readonly string[]): Promise<void> {
  const folder = process.env.WAYBILL_TEST_FOLDER;
  if (!folder) {
    throw new Error('WAYBILL_TEST_FOLDER is not set: run the tests with "npm test", on servers of their own');
  }
  const { ports } = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as {
    readonly ports: number;
  };
  const env = {
    PATH: `${PLACES.join(':')}:${process.env.PATH}`,
    LANG: 'C.UTF-8',
    HOME: join(folder, 'rabbitmq', 'home'),
    ERL_EPMD_PORT: String(ports + EPMD),
    RABBITMQ_NODENAME: 'waybill@localhost',
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
  };
  await promisify(execFile)('rabbitmqctl', args, { env, timeout: TIMEOUT_MS });
}
