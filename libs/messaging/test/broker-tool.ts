import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** It starts an Erlang machine of its own, which takes its time where much else runs. */
const TIMEOUT_MS = 120_000;
const PLACES = ['/usr/lib/rabbitmq/bin', '/opt/homebrew/sbin', '/usr/local/sbin'];
/** From the first port of the folder: tools/infra/ports.mjs. The last of its block is free. */
const PORT = { epmd: 5, free: 7 };

/** From this fraction of the machine's memory on, the broker of `npm test` takes no messages. */
export async function limitMemory(fraction: number): Promise<void> {
  await control('set_vm_memory_high_watermark', String(fraction));
}

/** With less free disk than that it takes none either. */
export async function limitDisk(free: string): Promise<void> {
  await control('set_disk_free_limit', free);
}

export interface Certificate {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** The broker of `npm test` also listens with TLS, until it is closed; by files. Returns the port. */
export async function listenWithTls({ ca, certificate, key }: Certificate): Promise<number> {
  const port = firstPort() + PORT.free;
  const options = `[{cacertfile, "${ca}"}, {certfile, "${certificate}"}, {keyfile, "${key}"}, {verify, verify_none}]`;
  await control('eval', `rabbit_networking:start_ssl_listener({"127.0.0.1", ${port}}, ${options}, 2).`);
  return port;
}

export async function stopTls(port: number): Promise<void> {
  await control('eval', `rabbit_networking:stop_tcp_listener({"127.0.0.1", ${port}}).`);
}

/** Only its own tool can say so. */
async function control(...args: readonly string[]): Promise<void> {
  const env = {
    PATH: `${PLACES.join(':')}:${process.env.PATH}`,
    LANG: 'C.UTF-8',
    HOME: join(folder(), 'rabbitmq', 'home'),
    ERL_EPMD_PORT: String(firstPort() + PORT.epmd),
    RABBITMQ_NODENAME: 'waybill@localhost',
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
  };
  await promisify(execFile)('rabbitmqctl', args, { env, timeout: TIMEOUT_MS });
}

function firstPort(): number {
  const { ports } = JSON.parse(readFileSync(join(folder(), 'state.json'), 'utf8')) as {
    readonly ports: number;
  };
  return ports;
}

function folder(): string {
  const path = process.env.WAYBILL_TEST_FOLDER;
  if (!path) {
    throw new Error('WAYBILL_TEST_FOLDER is not set: run the tests with "npm test", on servers of their own');
  }
  return path;
}
