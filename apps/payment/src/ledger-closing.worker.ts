import { type Database } from '#persistence';
import {
  closeSome,
  findLastNumber,
  findNext,
  findWriters,
  type Next,
  saveNext,
} from './ledger-closing.store.js';

const AT_ONCE = 100_000;
/** The transactions of services last for seconds; one that does for so long is somebody's who has left it open. */
const PATIENCE_MS = 300_000;

/**
 * Keeps the sums of the hours, so that a balance needs not add up all that was ever posted. What was posted by one round is
 * closed in a later one, once whoever was posting then has come to an end: no lower number can appear any more. Says what is
 * still held up and by whom, if anything is.
 */
export async function closeLedger(database: Database, stopped: AbortSignal): Promise<Next | undefined> {
  const next = await findNext(database);
  if (next) {
    const writing = await findWriters(database);
    const writers = next.writers.filter((writer) => writing.includes(writer));
    if (writers.length > 0) return { lastNumber: next.lastNumber, writers };
    while (await closeSome(database, next.lastNumber, AT_ONCE)) stopped.throwIfAborted();
  }
  // In this order: whoever has a lower number than the last one is among the writers, or has ended.
  const lastNumber = await findLastNumber(database);
  await saveNext(database, lastNumber, await findWriters(database));
  return undefined;
}

/** Tells when the ledger is not closed any more: balances stay right, and take longer from day to day. */
export class LedgerClosing {
  private heldUp: { readonly lastNumber: string; readonly sinceMs: number } | undefined;

  constructor(private readonly database: Database) {}

  async round(stopped: AbortSignal, nowMs = performance.now()): Promise<void> {
    const found = await closeLedger(this.database, stopped);
    if (found?.lastNumber !== this.heldUp?.lastNumber) this.heldUp = found && { ...found, sinceMs: nowMs };
    if (!found || !this.heldUp || nowMs - this.heldUp.sinceMs < PATIENCE_MS) return;
    const minutes = Math.floor((nowMs - this.heldUp.sinceMs) / 60_000);
    throw new Error(
      `for ${minutes} minutes the sums of the ledger have waited for transactions that are open: ${found.writers.join(', ')}`,
    );
  }
}
