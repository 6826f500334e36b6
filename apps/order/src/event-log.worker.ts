import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '#contracts';
import { crash } from '#crash-points';
import { EventLogReader, type LogEntry, type LogReaderOptions, type LogStart } from '#messaging';
import { type Database, type Tx } from '#persistence';
import { knownAfter } from './as-of.js';
import {
  advanceReader,
  bundlesAfter,
  deleteUpTo,
  endLease,
  insertBundles,
  outdatedBundles,
  type Place,
  type Progress,
  takeLease,
} from './event-log.store.js';
import { ARCHIVE, builtUpTo, dropOldGenerations, switchGeneration } from './generations.store.js';
import { decideSales, factsOf, type LoggedBundle } from './sales.js';
import { findReturned, findSold, findWaiting, saveSales } from './sales.store.js';

/** Messages in hand. Each has up to 64 events. */
const PREFETCH = 256;
/** Nobody waits for a report by the millisecond: what comes in this time is saved together. */
const GATHER_MS = 200;
const IDLE_MS = 1_000;
const STEP = 256;
const ROWS = 10_000;
/** Between two looks for what has been kept long enough. */
const TIDY_MS = 60_000;

export interface FollowerOptions extends Omit<LogReaderOptions, 'from' | 'prefetch'> {
  readonly database: Database;
  /** How long events are kept. */
  readonly days: number;
}

/**
 * Reads the event log into the tables that events and reports are read from, each message once: the place in the log is
 * saved in the transaction of what was made of it. One process of the service does, as long as it has the lease.
 */
export class LogFollower {
  private readonly holder = newId('msg');
  private stopped = false;
  private reader: EventLogReader | undefined;
  private tidiedAt = 0;
  private isBehind = true;
  private quietSince = 0;

  constructor(private readonly options: FollowerOptions) {}

  /** Until it is stopped or fails; then it goes on where it was. */
  async follow(): Promise<void> {
    const { database } = this.options;
    let place = await takeLease(database, this.holder);
    if (!place || this.stopped) return;
    const options = { ...this.options, prefetch: PREFETCH };
    try {
      const from = await this.startFrom(place);
      if (from === undefined) return;
      this.reader = await EventLogReader.open({ ...options, from });
      this.isBehind = true;
      this.quietSince = performance.now();
      while (!this.stopped) place = await this.turn(place, this.reader);
    } catch (error) {
      if (!this.stopped) throw error;
    } finally {
      await this.reader?.close();
      await endLease(database, this.holder);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.reader?.close();
  }

  /**
   * A log that ends before the place where we were has been made anew. What it has again is known by its ids. Undefined when that
   * can't be told now: to read all of it once more for a broker that was slow would take hours, and count what is archived twice.
   */
  private async startFrom({ nextOffset }: Place): Promise<LogStart | undefined> {
    if (nextOffset === null) return 'first';
    const isThere = await EventLogReader.reaches({ ...this.options, prefetch: PREFETCH }, nextOffset - 1);
    if (isThere === undefined) return undefined;
    if (isThere) return nextOffset;
    this.options.log.warn({ nextOffset }, 'the event log has begun anew: it is read from the first event');
    return 'first';
  }

  private async turn(place: Place, reader: EventLogReader): Promise<Place> {
    const begun = this.options.database.now();
    const entries = await reader.read(IDLE_MS);
    const last = entries.at(-1);
    const quietMs = performance.now() - this.quietSince;
    const { asOf, isBehind } = knownAfter({ begun, lastAt: last?.at, quietMs }, this.isBehind);
    this.isBehind = isBehind;
    const nextOffset = last ? last.offset + 1 : place.nextOffset;
    const lastPosition = place.lastPosition + entries.length;
    const next = await this.save(place, { nextOffset, lastPosition, asOf }, entries);
    if (last) crash?.('event-log.saved');
    await this.tidy(next);
    if (last) await pause(GATHER_MS);
    // Only now is there room for more: the time that we took ourselves says nothing of what is behind it.
    if (last) this.quietSince = performance.now();
    return next;
  }

  private save(before: Place, progress: Progress, entries: readonly LogEntry[]): Promise<Place> {
    // An outbox that repeats itself after a crash may do so before anybody has read what it repeats.
    const byId = new Map(entries.flatMap((entry) => this.bundleOf(entry) ?? []).map((one) => [one.id, one]));
    const bundles = [...byId.values()];
    return this.options.database.transaction(async (tx) => {
      const place = await advanceReader(tx, this.holder, progress);
      if (bundles.length > 0) {
        const fresh = await insertBundles(tx, bundles, before.lastPosition);
        await project(
          tx,
          place.generation,
          bundles.filter(({ id }) => fresh.has(id)),
        );
      }
      if (place.building !== null) await build(tx, place, place.building);
      if (bundles.length > 0) crash?.('event-log.before-commit');
      return place;
    });
  }

  private bundleOf({ offset, malformed, at, ...entry }: LogEntry): LoggedBundle | undefined {
    if (malformed === undefined) return { ...entry, at: at.toISOString() };
    this.options.log.error({ offset, malformed }, 'the event log holds a message that is none of ours');
    this.options.observe('waybill_event_log_malformed_total');
    return undefined;
  }

  /** What has been kept long enough goes into the archive; what no report is read from any more goes. */
  private async tidy({ building, lastPosition, nextOffset }: Place): Promise<void> {
    const { database, days } = this.options;
    if (building !== null || Date.now() < this.tidiedAt + TIDY_MS) return;
    const old = await outdatedBundles(database, days, STEP);
    const last = old.at(-1);
    if (last) {
      await database.transaction(async (tx) => {
        const progress = { nextOffset, lastPosition, asOf: last.at };
        // A rebuild that was asked for just now begins with the archive as it was.
        if ((await advanceReader(tx, this.holder, progress)).building !== null) return;
        await project(tx, ARCHIVE, old);
        await deleteUpTo(tx, last.position);
      });
    }
    const more = (await dropOldGenerations(database, ROWS)) || old.length === STEP;
    if (!more) this.tidiedAt = Date.now();
  }
}

/** One step of a rebuild; the last one puts the new generation in the place of the old one. */
async function build(tx: Tx, { builtTo, lastPosition }: Place, generation: number): Promise<void> {
  const bundles = await bundlesAfter(tx, builtTo ?? 0, { limit: STEP });
  await project(tx, generation, bundles);
  const last = bundles.at(-1);
  if (last) await builtUpTo(tx, last.position);
  if (!last || last.position >= lastPosition) await switchGeneration(tx);
}

/** Load, decide, save. */
async function project(tx: Tx, generation: number, bundles: readonly LoggedBundle[]): Promise<void> {
  const waiting = await findWaiting(tx, generation);
  const facts = [...waiting, ...bundles.flatMap(factsOf)];
  if (facts.length === 0) return;
  const orders = await findSold(tx, [...new Set(facts.map(({ orderId }) => orderId))]);
  const returning = facts.filter(({ kind }) => kind === 'returned').map(({ orderId }) => orderId);
  const before = await findReturned(tx, generation, [...new Set(returning)]);
  await saveSales(tx, generation, decideSales(facts, orders, before), waiting.length);
}
