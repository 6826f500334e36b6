import { type Database } from '#persistence';
import { closeSome, findLastNumber, findNext, findWriters, saveNext } from './ledger-closing.store.js';

const AT_ONCE = 100_000;

/**
 * Keeps the sums of the hours, so that a balance needs not add up all that was ever posted. What was posted by one round is
 * closed in a later one, once whoever was posting then has come to an end: no lower number can appear any more.
 */
export async function closeLedger(database: Database, stopped: AbortSignal): Promise<void> {
  const next = await findNext(database);
  if (next) {
    const writers = await findWriters(database);
    if (next.writers.some((writer) => writers.includes(writer))) return;
    while (await closeSome(database, next.lastNumber, AT_ONCE)) stopped.throwIfAborted();
  }
  // In this order: whoever has a lower number than the last one is among the writers, or has ended.
  const lastNumber = await findLastNumber(database);
  await saveNext(database, lastNumber, await findWriters(database));
}
