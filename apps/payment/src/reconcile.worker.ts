import { crash } from '#crash-points';
import { type Loop, localMessage } from '#loop';
import { type Database } from '#persistence';
import { type AttemptDue, type AuthorizationExpired, type PaymentMessage } from './messages.js';
import { findDue } from './payment.store.js';
import { type PaymentRow } from './record.js';
import { type PaymentState } from './refund.js';

const AT_ONCE = 256;

/**
 * Finds what is unfinished, and authorizations that have ended: outcomes that are not known, and calls that a crash left between the intent and the answer.
 * Two replicas may find the same one: the one that comes second is about an old version, and changes nothing.
 */
export async function reconcile(
  database: Database,
  loop: Loop<PaymentState, PaymentRow, PaymentMessage>,
): Promise<void> {
  const due = (await findDue(database, AT_ONCE, database.clock.aheadMs)).map(
    ({
      paymentId,
      refundId,
      version,
      expired,
      requestId,
      traceId,
      messageId,
    }): AttemptDue | AuthorizationExpired => {
      const trace = { requestId, traceparent: `00-${traceId}-${traceId.slice(0, 16)}-01` };
      const from = { source: 'payment', causationId: messageId, trace };
      if (expired) return localMessage('payment.authorization_expired', { paymentId }, from);
      return localMessage('payment.attempt_due', { paymentId, ...(refundId && { refundId }), version }, from);
    },
  );
  if (due.length > 0) crash?.('reconcile.found');
  const failed = (await loop.settle(due)).find((outcome) => 'failed' in outcome);
  if (failed) throw failed.failed;
}
