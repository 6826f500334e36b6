import { databasesOf, rowsOf } from './postgres-counters.mjs';
import { trafficOf } from './processes.mjs';

/**
 * What the running system counts of itself: the services, the broker, the databases, and the kernel about them.
 * @typedef {import('./targets.mjs').WaybillTarget} WaybillTarget
 * @typedef {Record<string, number>} Counts
 * @typedef {{ at: number, sections: Record<string, Counts> }} Counters `at` in ms
 */

/** PostgreSQL's backends tell what they have counted when they have been idle for ten seconds, at the latest. */
export const SETTLED_MS = 12_000;

/** @param {WaybillTarget} target @returns {Promise<Counters>} */
export async function readCounters(target) {
  const [messages, broker, databases, rows] = await Promise.all([
    messagesOf(target),
    brokerOf(target),
    databasesOf(target),
    rowsOf(target),
  ]);
  const sections = {
    'messages handled': messages,
    ...broker,
    ...databases,
    ...rows,
    ...trafficOfAll(target),
  };
  return { at: performance.now(), sections };
}

/** Members of bundles, by who handled them and their type. @param {WaybillTarget} target */
async function messagesOf({ stack }) {
  /** @type {Counts} */
  const counts = {};
  for (const { name, url } of stack.processes) {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
    for (const line of (await response.text()).split('\n')) {
      const [, labels = '', value] = /^waybill_messages_total\{(.*)\} (\S+)$/.exec(line) ?? [];
      const type = /type="([^"]*)"/.exec(labels)?.[1];
      if (type) add(counts, `${name}: ${type}`, Number(value));
    }
  }
  return counts;
}

/** @param {WaybillTarget} target */
async function brokerOf({ infra, vhost }) {
  const [exchanges, whole] = await Promise.all([
    infra.management('GET', `/api/exchanges/${vhost}`),
    infra.management('GET', `/api/vhosts/${vhost}`),
  ]);
  /** @type {Counts} */
  const bundles = {};
  for (const { name, message_stats: stats } of exchanges) {
    if (stats?.publish_in) bundles[`into ${name}`] = stats.publish_in;
  }
  const { confirm = 0, deliver_get: delivered = 0, ack = 0 } = whole.message_stats ?? {};
  const { recv_oct: received = 0, send_oct: sent = 0 } = whole;
  return {
    'bundles at the broker': { ...bundles, confirmed: confirm, delivered, acknowledged: ack },
    'bytes at the broker': { received, sent },
  };
}

/** Over sockets of HTTP, AMQP and SQL, and into the log. @param {WaybillTarget} target */
function trafficOfAll({ groups }) {
  /** @type {Counts} */
  const bytes = {};
  /** @type {Counts} */
  const calls = {};
  for (const [name, pids] of Object.entries(groups)) {
    for (const pid of pids()) {
      const { read, written, reads, writes } = trafficOf(pid);
      add(bytes, `${name} in`, read);
      add(bytes, `${name} out`, written);
      add(calls, `${name} in`, reads);
      add(calls, `${name} out`, writes);
    }
  }
  return { 'bytes of the processes': bytes, 'reads and writes of the processes': calls };
}

/** @param {Counts} counts @param {string} name @param {number} more */
function add(counts, name, more) {
  counts[name] = (counts[name] ?? 0) + more;
}
