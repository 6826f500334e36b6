import { type HistoricPrice, type ListPrices } from '#contracts';
import { type Saving } from '#loop';
import { type Queryable } from '#persistence';
import { type StockRow, type StockState } from './state.js';

/** Part of the statement that saves a batch, when it has prices: those of `pricesJson`. */
export const pricesCte = (prices: string): string => `priced as (
  insert into product_prices (sku, seq, currency, amount, valid_from, request_id)
  select sku, seq, currency, amount, at, "requestId" from json_to_recordset(${prices}::json)
    as t(sku text, seq bigint, currency text, amount bigint, at timestamptz, "requestId" text)
),`;

export function pricesJson(appended: Saving<StockState, StockRow>['appended']): string {
  const prices = appended.filter(({ row }) => row.kind === 'price');
  return JSON.stringify(prices.map(({ row, cause }) => ({ ...row, requestId: cause.trace.requestId })));
}

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
