import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { control } from '../../tools/infra/control.mjs';
import { until } from '../../tools/infra/process.mjs';
import { ask } from '../../tools/infra/rabbitmq-server.mjs';
import { openServers as openPrivateServers } from '../../tools/infra/servers.mjs';

const FOLDER = fileURLToPath(new URL('../../.data/bench', import.meta.url));
const STATISTICS_MS = 15_000;

/** What a bench may ask of PostgreSQL to look deeper, each with what it is when nobody does. */
const SETTINGS = { shared_preload_libraries: '', track_commit_timestamp: 'off' };
/** @typedef {Partial<Record<keyof typeof SETTINGS, string>>} Settings */

/**
 * Which broker and which database server to measure on: those of the environment, or private ones.
 * @param {NodeJS.ProcessEnv} env @param {Settings} [settings] of our own server; that of the environment is as it is
 * @returns {Promise<import('./infra.mjs').Servers & { close(): Promise<void> }>}
 */
export async function openServers(env, settings = {}) {
  const {
    WAYBILL_TEST_BROKER_URL: brokerUrl,
    WAYBILL_TEST_MANAGEMENT_URL: managementUrl,
    WAYBILL_TEST_POSTGRES_URL: postgresUrl,
  } = env;
  if (brokerUrl && managementUrl && postgresUrl) {
    return { brokerUrl, managementUrl, postgresUrl, close: async () => undefined };
  }
  const servers = await openPrivateServers({ folder: FOLDER });
  try {
    // A broker knows its own process, whose CPU counts, from its first statistics on.
    await until(async () => (await ask(servers.managementUrl, '/api/nodes'))?.[0]?.os_pid, STATISTICS_MS);
    await applySettings(servers, settings);
    return servers;
  } catch (error) {
    await servers.close();
    throw error;
  }
}

/**
 * Settings outlive the server: one that nobody has taken back would slow the next bench down.
 * @param {import('../../tools/infra/servers.mjs').OpenServers} servers @param {Settings} wanted
 */
async function applySettings({ folder, postgresUrl }, wanted) {
  const isChanged = await withClient(postgresUrl, async (client) => {
    const changes = [];
    for (const [name, usual] of Object.entries(SETTINGS)) {
      const value = wanted[/** @type {keyof Settings} */ (name)] ?? usual;
      const { rows } = await client.query(`show ${name}`);
      if (rows[0][name] === value) continue;
      changes.push(`alter system ${value === usual ? `reset ${name}` : `set ${name} = '${value}'`}`);
    }
    for (const change of changes) await client.query(change);
    return changes.length > 0;
  });
  if (isChanged) await control('database', 'restart', folder);
  const { shared_preload_libraries: library } = wanted;
  if (!library) return;
  await withClient(postgresUrl, (client) => client.query(`create extension if not exists ${library}`));
}

/** @template T @param {string} connectionString @param {(client: pg.Client) => Promise<T>} work */
async function withClient(connectionString, work) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
