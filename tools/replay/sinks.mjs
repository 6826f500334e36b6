import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Trouble } from '../infra/say.mjs';

/**
 * @typedef {import('#messaging').LogEntry} LogEntry
 * @typedef {import('./progress.mjs').Progress} Progress
 * @typedef {{ take: (entry: LogEntry, progress: Progress) => Promise<void>, close: () => Promise<void> }} Sink
 * @typedef {import('#messaging').ConnectionOptions} ConnectionOptions
 */

const CONNECT_MS = 5_000;

/**
 * Where events go: to stdout, or into a queue.
 * @param {import('./options.mjs').Options} options @param {ConnectionOptions} about @param {typeof import('#messaging')} messaging
 * @returns {Promise<Sink>}
 */
export async function sinkFor({ feed, json, rate }, about, messaging) {
  if (feed === undefined) return printer(json ? jsonLines : lines);
  const connection = new messaging.Connection({ ...about, name: `${about.name}-feed` });
  await connection.open(CONNECT_MS);
  const publisher = new messaging.Publisher(connection, { appId: 'replay', observe: about.observe });
  const close = async () => {
    await publisher.flush();
    publisher.stop();
    await connection.close();
  };
  await publisher.start(async () => undefined);
  return feeder(publisher, { queue: feed, rate, close });
}

/** @param {(entry: LogEntry) => string[]} textOf @returns {Sink} */
function printer(textOf) {
  return {
    async take(entry, progress) {
      const texts = textOf(entry).slice(0, progress.left);
      // Whoever reads us may be slower than the broker.
      if (texts.length > 0 && !process.stdout.write(`${texts.join('\n')}\n`))
        await once(process.stdout, 'drain');
      progress.add(texts.length, entry.offset);
    },
    close: async () => undefined,
  };
}

/** @param {LogEntry} entry */
function lines({ offset, at, type, members, malformed }) {
  const start = `${String(offset).padStart(8)}  ${at.toISOString()}  ${type.padEnd(26)}`;
  if (malformed) return [`${start}  ! ${malformed}`];
  return members.map(({ data }) => `${start}  ${JSON.stringify(data)}`);
}

/** @param {LogEntry} entry */
function jsonLines({ offset, at, type, source, members, malformed }) {
  const about = { offset, at, source };
  if (malformed) return [JSON.stringify({ ...about, type, malformed })];
  return members.map((member) => JSON.stringify({ ...about, ...member }));
}

/**
 * Whole bundles, so that ids stay what they are.
 * @param {import('#messaging').Publisher} publisher @param {{ queue: string, rate: number, close: () => Promise<void> }} to @returns {Sink}
 */
function feeder(publisher, { queue, rate, close }) {
  let freeAt = performance.now();
  return {
    async take({ id, type, source, members, offset, malformed }, progress) {
      if (malformed) return;
      await pause(Math.max(0, freeAt - performance.now()));
      freeAt = Math.max(freeAt, performance.now()) + (members.length * 1_000) / rate;
      const bundle = {
        id,
        exchange: '',
        routingKey: queue,
        type,
        mandatory: true,
        body: JSON.stringify(members),
      };
      await publisher.publish(bundle, { appId: source }).catch((error) => {
        const missing = error.failure === 'returned';
        throw new Trouble(
          missing ? `There is no queue ${queue}` : `Feeding ${queue} failed: ${error.message}`,
        );
      });
      progress.add(members.length, offset);
    },
    close,
  };
}
