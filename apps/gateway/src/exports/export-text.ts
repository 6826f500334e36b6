import { stringify } from 'csv-stringify/sync';
import { type ImportFormat, type ImportRow, type ProductView, toCell, toPricesCell } from '#contracts';

const COLUMNS = ['sku', 'name', 'price', 'currency', 'prices', 'active', 'onHand'] as const;

/** The columns, for CSV. */
export function headerOf(format: ImportFormat): string {
  return format === 'csv' ? `${COLUMNS.join(',')}\n` : '';
}

/** Products as rows that an import takes, and finds nothing to change in. */
export function rowsOf(format: ImportFormat, products: readonly ProductView[]): string {
  const rows = products.map(rowOf);
  if (format === 'ndjson') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const safe = rows.map((row) => ({ ...row, name: toCell(row.name), prices: toPricesCell(row.prices) }));
  return stringify(safe, { columns: [...COLUMNS], cast: { boolean: String } });
}

function rowOf({ sku, name, price, prices, active, stock }: ProductView) {
  const { amount, currency } = price;
  return { sku, name, price: amount, currency, prices, active, onHand: stock.onHand } satisfies ImportRow;
}
