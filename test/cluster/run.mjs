import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfChanged } from '../../tools/infra/build.mjs';
import { installRabbit } from '../../tools/infra/rabbitmq-install.mjs';
import { findRabbit } from '../../tools/infra/rabbitmq-node.mjs';
import { inRoot } from '../../tools/infra/root.mjs';
import { fail, say, step } from '../../tools/infra/say.mjs';
import { openServers } from '../../tools/infra/servers.mjs';
import { Stopped, stopOnSignals } from '../../tools/infra/stopping.mjs';
import { runJest } from '../../tools/test/jest-run.mjs';
import { writeResults } from './results.mjs';

/** What --test takes: a file, and the beginning of a test in it. */
const TESTS = {
  brokers: { file: 'brokers', name: '' },
  queues: { file: 'brokers', name: 'every queue' },
  leader: { file: 'brokers', name: 'a kill -9 of the leader' },
  pause: { file: 'brokers', name: 'a leader that is paused' },
  majority: { file: 'brokers', name: 'a majority' },
  nodes: { file: 'brokers', name: 'a rolling restart of the nodes' },
  pauses: { file: 'brokers', name: 'nodes that are paused' },
  permissions: { file: 'permissions', name: '' },
  processes: { file: 'rolling', name: 'every process' },
};

const HELP = `npm run cluster -- [--test NAME] [--rounds N] [--out FILE]

Three RabbitMQ nodes on this machine that are one broker, broken under load, and two of every process behind HAProxy,
restarted under load. Each ends with every order there once, all books in agreement and no dead letter, or fails.

  --test NAME    one of them:
      brokers      all of the next six
      queues       every queue that must outlast a node is on all three
      leader       kill -9 of the node that leads the queue of stock
      pause        that node stands still (SIGSTOP), and goes on
      majority     two of three nodes are killed, and come back after 30 s
      nodes        one node after the other is stopped and started
      pauses       all nodes stand still, one after the other, and go on in another order
      permissions  each user may do at another node what it has to, and nothing else
      processes    one process after the other is, behind HAProxy, without one failed request
  --rounds N     of each (1)
  --out FILE     for the results, in Markdown

Needs RabbitMQ and HAProxy, which it installs where it may, 2 GiB of memory, and about ten minutes for all.
Exit code 1 when something was lost or failed, 2 when it was asked for something that there is not.`;

/** @param {string[]} args */
export async function runCluster(args) {
  const options = optionsOf(args);
  if (!options) return;
  stopOnSignals();
  /** @type {import('../../tools/infra/servers.mjs').OpenServers | undefined} */
  let servers;
  try {
    if (!findRabbit()) installRabbit();
    await step('Services built', () => buildIfChanged());
    servers = await step('Broker and database', () => openServers({ folder: inRoot('.data/cluster') }));
    process.exitCode = await run(servers, options);
  } catch (error) {
    if (!(error instanceof Stopped)) fail(error);
    process.exitCode = 1;
  } finally {
    await servers?.close();
  }
}

/** @typedef {{ test?: keyof typeof TESTS, rounds: number, out?: string }} Options */

/** Undefined when there is nothing to do but to say so. @param {string[]} args @returns {Options | undefined} */
function optionsOf(args) {
  const faulty = (/** @type {string} */ words) => {
    console.error(`${words}\n\n${HELP}`);
    process.exitCode = 2;
    return undefined;
  };
  try {
    const { values } = parseArgs({
      args,
      options: {
        test: { type: 'string' },
        rounds: { type: 'string', default: '1' },
        out: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      say(HELP);
      return undefined;
    }
    const { test, out } = values;
    const rounds = Number(values.rounds);
    if (test !== undefined && !(test in TESTS)) return faulty(`There is no test ${test}.`);
    if (!Number.isSafeInteger(rounds) || rounds < 1) return faulty('--rounds must be a number from 1 on.');
    return { rounds, ...(test && { test: /** @type {keyof typeof TESTS} */ (test) }), ...(out && { out }) };
  } catch (error) {
    return faulty(/** @type {Error} */ (error).message);
  }
}

/** @param {import('../../tools/infra/servers.mjs').OpenServers} servers @param {Options} options */
async function run(servers, { test, rounds, out }) {
  const seen = join(servers.folder, 'seen.jsonl');
  rmSync(seen, { force: true });
  const only = test && [
    `--testPathPatterns=test/cluster/${TESTS[test].file}`,
    `--testNamePattern=^${TESTS[test].name}`,
  ];
  const { passed, failed } = await runJest(['--selectProjects', 'cluster', '--runInBand', ...(only ?? [])], {
    ...process.env,
    WAYBILL_TEST_BROKER_URL: servers.brokerUrl,
    WAYBILL_TEST_MANAGEMENT_URL: servers.managementUrl,
    WAYBILL_TEST_POSTGRES_URL: servers.postgresUrl,
    WAYBILL_TEST_FOLDER: servers.folder,
    WAYBILL_RABBITMQ_SERVER: findRabbit(),
    WAYBILL_CLUSTER_ROUNDS: String(rounds),
    WAYBILL_CLUSTER_REPORT: seen,
  });
  say(`${passed} passed, ${failed} failed`);
  const lines = existsSync(seen) ? readFileSync(seen, 'utf8').trim().split('\n') : [];
  if (out)
    writeResults(
      out,
      lines.map((line) => JSON.parse(line)),
      { passed, failed },
    );
  return failed > 0 || passed === 0 ? 1 : 0;
}
