import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { control } from '../../tools/infra/control.mjs';
import { until } from '../../tools/infra/process.mjs';
import { ask } from '../../tools/infra/rabbitmq-server.mjs';
import { openServers as openPrivateServers } from '../../tools/infra/servers.mjs';

const FOLDER = fileURLToPath(new URL('../../.data/bench', import.meta.url));
const STATISTICS_MS = 15_000;
const STATEMENTS = 'pg_stat_statements';

/**
 * Which broker and which database server to measure on: those of the environment, or private ones.
 * @param {NodeJS.ProcessEnv} env @param {{ countsStatements?: boolean }} [options]
 * @returns {Promise<import('./infra.mjs').Servers & { close(): Promise<void> }>}
 */
export async function openServers(env, { countsStatements = false } = {}) {
  const {
    WAYBILL_TEST_BROKER_URL: brokerUrl,
    WAYBILL_TEST_MANAGEMENT_URL: managementUrl,
    WAYBILL_TEST_POSTGRES_URL: postgresUrl,
  } = env;
  if (brokerUrl && managementUrl && postgresUrl) {
    return { brokerUrl, managementUrl, postgresUrl, close: async () => undefined };
  }
  const servers = await openPrivateServers({ folder: FOLDER });
  // A broker knows its own process, whose CPU counts, from its first statistics on.
  await until(async () => (await ask(servers.managementUrl, '/api/nodes'))?.[0]?.os_pid, STATISTICS_MS);
  await countStatements(servers, countsStatements);
  return servers;
}

/**
 * The setting outlives the server: one that nobody has taken back would slow the next bench down.
 * @param {import('../../tools/infra/servers.mjs').OpenServers} servers @param {boolean} wanted
 */
async function countStatements({ folder, postgresUrl }, wanted) {
  const query = async (/** @type {string} */ sql) => {
    const client = new pg.Client({ connectionString: postgresUrl });
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  };
  const { rows } = await query('show shared_preload_libraries');
  if ((rows[0].shared_preload_libraries === STATEMENTS) !== wanted) {
    await query(
      `alter system ${wanted ? `set shared_preload_libraries = '${STATEMENTS}'` : 'reset shared_preload_libraries'}`,
    );
    await control('database', 'restart', folder);
  }
  if (wanted) await query(`create extension if not exists ${STATEMENTS}`);
}
