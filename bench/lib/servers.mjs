import { fileURLToPath } from 'node:url';
import { until } from '../../tools/infra/process.mjs';
import { ask } from '../../tools/infra/rabbitmq-server.mjs';
import { openServers as openPrivateServers } from '../../tools/infra/servers.mjs';

const FOLDER = fileURLToPath(new URL('../../.data/bench', import.meta.url));
const STATISTICS_MS = 15_000;

/**
 * Which broker and which database server to measure on: those of the environment, or private ones.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<import('./infra.mjs').Servers & { close(): Promise<void> }>}
 */
export async function openServers(env) {
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
  return servers;
}
