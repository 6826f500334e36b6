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
  throw new Error(
    'set WAYBILL_TEST_BROKER_URL, WAYBILL_TEST_MANAGEMENT_URL and WAYBILL_TEST_POSTGRES_URL to a broker and a ' +
      'PostgreSQL to measure on',
  );
}
