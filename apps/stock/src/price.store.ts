import { type HistoricPrice, type ListPrices } from '#contracts';
import { type Queryable } from '#persistence';

const LIST = {
  name: 'stock_list_prices',
  text: `select seq::float8 as version, currency, amount::float8 as amount, valid_from as "from", request_id as "requestId"
    from product_prices where sku = $1 and (seq, currency) < ($2, $3) order by seq desc, currency desc limit $4`,
};
const NEWEST = { version: Number.MAX_SAFE_INTEGER, currency: '' };

type Row = Omit<HistoricPrice, 'from'> & { readonly from: Date };

/** Newest first. */
export async function findPrices(
  db: Queryable,
  { sku, limit, beforeVersion, beforeCurrency }: ListPrices,
): Promise<HistoricPrice[]> {
  const before = [beforeVersion ?? NEWEST.version, beforeCurrency ?? NEWEST.currency];
  const { rows } = await db.query<Row>({ ...LIST, values: [sku, ...before, limit] });
  return rows.map(({ from, ...row }) => ({ ...row, from: from.toISOString() }));
}
