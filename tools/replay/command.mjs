import { brokerCa } from '../infra/broker.mjs';
import { buildIfChanged } from '../infra/build.mjs';
import { developmentEnvironment, environment } from '../infra/environment.mjs';
import { Folder } from '../infra/folder.mjs';
import { inRoot } from '../infra/root.mjs';
import { shown, Trouble } from '../infra/say.mjs';
import { HELP, isOfType, parseOptions } from './options.mjs';
import { Progress } from './progress.mjs';

const PREFETCH = 500;
const IDLE_MS = 500;
const SPREAD_MS = 2_000;
const ignore = () => undefined;
const QUIET = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** @param {string[]} args */
export async function replay(args) {
  const options = parseOptions(args);
  if (options.help) return console.log(HELP);
  const about = { ...broker(), name: 'waybill-replay', log: QUIET, observe: ignore, prefetch: PREFETCH };
  await buildIfChanged();
  const messaging = await import('#messaging');
  const reader = await openLog(messaging, { ...about, from: options.from });
  try {
    const end = options.to ?? (options.follow ? undefined : await messaging.EventLogReader.lastOffset(about));
    if (end === -1) return console.error('The event log is empty.');
    const { sinkFor } = await import('./sinks.mjs');
    const sink = await sinkFor(options, about, messaging);
    try {
      await pour(entriesUntil(end, reader, interruption()), sink, options);
    } finally {
      await sink.close();
    }
  } finally {
    await reader.close();
  }
}

/**
 * @param {AsyncIterable<import('#messaging').LogEntry>} entries @param {import('./sinks.mjs').Sink} sink
 * @param {import('./options.mjs').Options} options
 */
async function pour(entries, sink, { limit, types }) {
  const progress = new Progress(limit);
  for await (const entry of entries) {
    if (isOfType(types, entry.type)) await sink.take(entry, progress);
    if (progress.isDone) break;
  }
  progress.end();
}

function interruption() {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupted.abort());
  return interrupted.signal;
}

/**
 * Up to an offset and with it, or what is older than a time; for ever without either.
 * @param {number | Date | undefined} end @param {import('#messaging').EventLogReader} reader @param {AbortSignal} signal
 */
async function* entriesUntil(end, reader, signal) {
  while (!signal.aborted) {
    const entries = await reader.read(IDLE_MS);
    for (const entry of entries) {
      if (signal.aborted) return;
      if (end === undefined || (end instanceof Date ? entry.at < end : entry.offset <= end)) yield entry;
    }
    const { at } = entries.at(-1) ?? { at: new Date() };
    if (typeof end === 'number' && reader.position >= end) return;
    // Services write side by side: something older may come a little later. A time to come is waited for.
    if (end instanceof Date && at.getTime() > end.getTime() + SPREAD_MS) return;
  }
}

function broker() {
  const env = { ...developmentEnvironment(new Folder(inRoot('.data'))), ...environment() };
  if (env.RABBITMQ_URL) return { url: env.RABBITMQ_URL, ca: brokerCa(env) };
  throw new Trouble('RABBITMQ_URL is not set, and no development broker runs', 'npm run infra starts one');
}

/** @param {typeof import('#messaging')} messaging @param {import('#messaging').LogReaderOptions} options */
async function openLog({ EventLogReader }, options) {
  try {
    return await EventLogReader.open(options);
  } catch (error) {
    if (!/NOT_FOUND/.test(String(error))) throw new Trouble(/** @type {Error} */ (error).message);
    throw new Trouble(`There is no event log at ${shown(options.url)}`, 'it is made when a service starts');
  }
}
