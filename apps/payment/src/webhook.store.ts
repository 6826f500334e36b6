import { type Queryable } from '#persistence';
import { type StoredEvent } from './webhook.js';

/** False when the provider has told it before: what was stored then stays. */
export async function storeEvent(db: Queryable, event: StoredEvent, body: Buffer): Promise<boolean> {
  const { provider, id, type, paymentId, refundId, requestId, traceId } = event;
  const { rowCount } = await db.query({
    name: 'store-webhook-event',
    text: `insert into webhook_events (provider, id, type, payment_id, body, request_id, trace_id, refund_id)
           values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    values: [provider, id, type, paymentId ?? null, body, requestId, traceId, refundId ?? null],
  });
  return rowCount === 1;
}

export async function markHeeded(db: Queryable, events: readonly StoredEvent[]): Promise<void> {
  await db.query({
    name: 'heed-webhook-events',
    text: `update webhook_events e set heeded_at = now()
           from unnest($1::text[], $2::text[]) as h(provider, id) where (e.provider, e.id) = (h.provider, h.id)`,
    values: [events.map(({ provider }) => provider), events.map(({ id }) => id)],
  });
}

/** What was stored a while ago and not heeded: its process has died, or the database was away. */
export async function findUnheeded(db: Queryable, limit: number): Promise<StoredEvent[]> {
  const { rows } = await db.query<StoredEvent>({
    name: 'find-unheeded-events',
    text: `select provider, id, type, payment_id as "paymentId", refund_id as "refundId", request_id as "requestId", trace_id as "traceId"
           from webhook_events where heeded_at is null and received_at < now() - interval '1 second'
           order by received_at limit $1`,
    values: [limit],
  });
  return rows.map(({ paymentId, refundId, ...row }) => ({
    ...row,
    paymentId: paymentId ?? undefined,
    refundId: refundId ?? undefined,
  }));
}

const KEPT_DAYS = 90;

/** What was heeded so long ago that no provider tells it again, nor asks anybody about it. Returns how many were deleted. */
export async function forgetHeeded(db: Queryable, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    `delete from webhook_events where (provider, id) in (
       select provider, id from webhook_events where heeded_at < now() - $1 * interval '1 day' limit $2)`,
    [KEPT_DAYS, limit],
  );
  return rowCount ?? 0;
}
