import { readdirSync } from 'node:fs';
import { memoryOf } from './processes.mjs';

/**
 * @typedef {import('./targets.mjs').WaybillTarget} WaybillTarget
 * @typedef {{ at: number, memoryMb: Record<string, number> }} Sample
 */

const SAMPLE_MS = 5_000;

/** Memory of the Node processes while something is going on. */
export class MemoryWatch {
  /** @type {Sample[]} */
  samples = [];
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {WaybillTarget} target @param {number} [everyMs] */
  constructor(target, everyMs = SAMPLE_MS) {
    this.target = target;
    this.everyMs = everyMs;
  }

  start() {
    this.#timer = setInterval(() => {
      this.samples.push({ at: performance.now(), memoryMb: memoryOf(this.target.groups) });
    }, this.everyMs);
  }

  stop() {
    clearInterval(this.#timer);
  }
}

/**
 * What a process holds and has to give back: counted at rest, before and after.
 * @param {WaybillTarget} target @returns {Promise<Record<string, number>>}
 */
export async function heldBy({ stack, infra, vhost }) {
  /** @type {Record<string, number>} */
  const held = {};
  for (const { name, pid, url } of stack.processes) {
    const text = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
    const handles = Number(/^nodejs_active_handles_total\{.*\} (\S+)$/m.exec(text)?.[1]);
    held[`open files of ${name}`] =
      (held[`open files of ${name}`] ?? 0) + readdirSync(`/proc/${pid}/fd`).length;
    held[`handles of ${name}`] = (held[`handles of ${name}`] ?? 0) + handles;
  }
  const { rows } = await infra.admin.query(
    'select count(*)::int as count from pg_stat_activity where datname like $1',
    [`${infra.name}\\_%`],
  );
  held['connections to PostgreSQL'] = rows[0].count;
  const lists = {
    connections: `vhosts/${vhost}/connections`,
    channels: `vhosts/${vhost}/channels`,
    queues: `queues/${vhost}`,
  };
  for (const [what, path] of Object.entries(lists)) {
    held[`${what} of RabbitMQ`] = (await infra.management('GET', `/api/${path}`)).length;
  }
  return held;
}
