import { type Queryable } from '#persistence';
import { type Item } from './item.js';

export const ITEM_COLUMNS = `sku, version, product_version as "productVersion", name, price_amount as amount,
  price_currency as currency, other_prices as "otherPrices", active, on_hand as "onHand", reserved,
  backorder_limit as "backorderLimit", backorder_most as "backorderMost", safety_stock as "safetyStock", low_stock_threshold as "lowStockThreshold", locations, created_at as "createdAt",
  updated_at as "updatedAt"`;

/** As it comes out of JSON. */
export type ItemRow = Omit<Item, 'kind' | 'createdAt' | 'updatedAt'> & {
  readonly createdAt: string;
  readonly updatedAt: string;
};

export function toItem(row: ItemRow): Item {
  return { kind: 'item', ...row, createdAt: new Date(row.createdAt), updatedAt: new Date(row.updatedAt) };
}

const FIND = {
  name: 'stock_find_items',
  text: `select coalesce(json_agg(i), '[]') as items
    from (select ${ITEM_COLUMNS} from products where sku = any($1)) as i`,
};

const LIST = {
  name: 'stock_list_items',
  text: `select coalesce(json_agg(i), '[]') as items
    from (select ${ITEM_COLUMNS} from products where sku > $1 order by sku limit $2) as i`,
};

/** In no particular order; unknown SKUs are left out. */
export async function findItems(db: Queryable, skus: readonly string[]): Promise<Map<string, Item>> {
  const items = await itemsOf(db, { ...FIND, values: [skus] });
  return new Map(items.map((item) => [item.sku, item]));
}

/** In the order of their SKUs, those after `after`. */
export function listItems(db: Queryable, after: string, limit: number): Promise<Item[]> {
  return itemsOf(db, { ...LIST, values: [after, limit] });
}

async function itemsOf(
  db: Queryable,
  query: { name: string; text: string; values: unknown[] },
): Promise<Item[]> {
  const { rows } = await db.query<{ items: ItemRow[] }>(query);
  return (rows[0]?.items ?? []).map(toItem);
}
