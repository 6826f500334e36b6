import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MS = 120_000;

/**
 * Stops or kills the server that all tests of this run use, and starts it again. Returns when it takes connections.
 * Only with servers that belong to the tests alone, as those that `npm test` starts do.
 */
export async function controlServer(
  server: 'broker' | 'database',
  action: 'restart' | 'kill',
): Promise<void> {
  if (!process.env.WAYBILL_TEST_FOLDER) {
    throw new Error('WAYBILL_TEST_FOLDER is not set: run the tests with "npm test", on servers of their own');
  }
  const args = ['tools/infra/control.mjs', server, action];
  await promisify(execFile)('node_modules/.bin/node', args, { timeout: TIMEOUT_MS });
}
