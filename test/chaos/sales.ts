import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { reportNow, salesByDay, summed } from '../e2e/sales-books.js';
import { type Rig } from './rig.js';

const PATIENCE_MS = 30_000;
const PAUSE_MS = 500;

/** The sales report is made of events alone. Once it has caught up it says what the books of the services say. */
export async function salesViolations(rig: Rig): Promise<string[]> {
  const books = await salesByDay(rig);
  for (const deadline = Date.now() + PATIENCE_MS; ; await pause(PAUSE_MS)) {
    const said = await reportNow(rig.client, 'day').then(summed, String);
    if (isDeepStrictEqual(said, books)) return [];
    if (Date.now() > deadline) {
      return [`the sales report says ${JSON.stringify(said)}, the books ${JSON.stringify(books)}`];
    }
  }
}
