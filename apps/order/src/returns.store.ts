import { type ReturnView } from '#contracts';
import { type Queryable } from '#persistence';

interface Row {
  readonly version: number;
  readonly view: ReturnView;
}

/** A return is a step of its order. Oldest first, one more than the limit, if there is one. */
export async function listReturns(
  db: Queryable,
  {
    orderId,
    limit,
    after = 0,
  }: { readonly orderId: string; readonly limit: number; readonly after?: number | undefined },
): Promise<Row[]> {
  const { rows } = await db.query<Row>({
    name: 'list-returns',
    text: `select version, detail -> 'return' as view from order_history
           where order_id = $1 and version > $2 and cause = 'order.return.v1' order by version limit $3`,
    values: [orderId, after, limit + 1],
  });
  return rows;
}

export async function findReturn(
  db: Queryable,
  orderId: string,
  returnId: string,
): Promise<ReturnView | undefined> {
  const { rows } = await db.query<Row>({
    name: 'find-return',
    text: `select version, detail -> 'return' as view from order_history
           where order_id = $1 and cause = 'order.return.v1' and detail -> 'return' ->> 'id' = $2`,
    values: [orderId, returnId],
  });
  return rows[0]?.view;
}
