import { type Tx } from './tx.js';

/** False when this consumer has seen the message: its effect is committed, and must not happen again. */
export async function firstDelivery(tx: Tx, consumer: string, messageId: string): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'inbox-insert',
    text: 'insert into inbox (consumer, message_id) values ($1, $2) on conflict do nothing',
    values: [consumer, messageId],
  });
  return rowCount === 1;
}

/** Rows older than any redelivery may come. Returns how many were deleted; call again until it is fewer than `limit`. */
export async function forgetDeliveries(db: Pick<Tx, 'query'>, days = 30, limit = 10_000): Promise<number> {
  const { rowCount } = await db.query(
    `delete from inbox where (consumer, message_id) in (
       select consumer, message_id from inbox where at < now() - $1 * interval '1 day' limit $2)`,
    [days, limit],
  );
  return rowCount ?? 0;
}
