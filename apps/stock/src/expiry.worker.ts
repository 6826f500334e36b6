import { newId, randomBytes } from '#contracts';
import { crash } from '#crash-points';
import { type Loop, localMessage } from '#loop';
import { type Database } from '#persistence';
import { type StockRow, type StockState } from './state.js';
import { type StockMessage } from './stock.js';
import { listDueOrders } from './stock.store.js';

const AT_ONCE = 256;

/**
 * Lets go what nobody has paid for. The order service cancels unpaid orders first; this is for those that it has lost.
 * Two replicas may find the same hold: the second message changes nothing.
 */
export async function releaseDueHolds(
  database: Database,
  loop: Loop<StockState, StockRow, StockMessage>,
  graceMs: number,
): Promise<void> {
  const due = await listDueOrders(database, graceMs - database.clock.aheadMs, AT_ONCE);
  if (due.length > 0) crash?.('expiry.found');
  const trace = { requestId: newId('req'), traceparent: `00-${hex(16)}-${hex(8)}-01` };
  const messages = due.map((orderId) =>
    localMessage('hold.due', { orderId }, { source: 'stock', causationId: null, trace }),
  );
  const failed = (await loop.settle(messages)).find((outcome) => 'failed' in outcome);
  if (failed) throw failed.failed;
}

const hex = (bytes: number): string => Buffer.from(randomBytes(bytes)).toString('hex');
