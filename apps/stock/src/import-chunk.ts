import { type ImportRow, type Outgoing } from '#contracts';
import { type Change } from '#loop';
import { limitOf } from './catalogue.js';
import { type ReadRow, type RowFault } from './import-row.js';
import { type Item, isSameProduct, type Movement, move, type Product, withProduct } from './item.js';
import { mainOf } from './locations.js';
import { doublePrice, keptPrices, priceChanges } from './price.js';
import { itemKey, type StockRow, type StockState } from './state.js';

/** What a chunk leads to. A row with a fault changes nothing; the others apply all the same. */
export interface ChunkOutcome {
  readonly changes: readonly Change<StockState>[];
  readonly rows: readonly { readonly line: number; readonly row: StockRow }[];
  readonly send: readonly { readonly line: number; readonly message: Outgoing }[];
  readonly applied: number;
  readonly failed: number;
  readonly faults: readonly RowFault[];
}

type Applied =
  | { readonly item: Item; readonly rows: readonly StockRow[]; readonly send: readonly Outgoing[] }
  | { readonly faults: readonly Omit<RowFault, 'line'>[] };

/** Row after row, as they stand in the file: a SKU that comes twice is as the second one left it. */
export function applyRows(
  known: ReadonlyMap<string, StockState>,
  read: readonly ReadRow[],
  now: Date,
): ChunkOutcome {
  const items = new Map<string, Item>();
  const rows: { line: number; row: StockRow }[] = [];
  const send: { line: number; message: Outgoing }[] = [];
  const faults: RowFault[] = [];
  let failed = 0;
  const refuse = (those: readonly RowFault[]): void => {
    failed++;
    faults.push(...those);
  };
  for (const one of read) {
    if ('faults' in one) {
      refuse(one.faults);
      continue;
    }
    const { line, row } = one;
    const applied = applyRow(items.get(row.sku) ?? itemIn(known, row.sku), row, now);
    if ('faults' in applied) {
      refuse(applied.faults.map((fault) => ({ line, ...fault })));
      continue;
    }
    items.set(row.sku, applied.item);
    rows.push(...applied.rows.map((added) => ({ line, row: added })));
    send.push(...applied.send.map((message) => ({ line, message })));
  }
  const changes = [...items.values()]
    .map((after) => ({ key: itemKey(after.sku), before: itemIn(known, after.sku), after }))
    .filter(({ before, after }) => before !== after);
  return { changes, rows, send, applied: read.length - failed, failed, faults };
}

function applyRow(before: Item | undefined, row: ImportRow, now: Date): Applied {
  const product = productOf(before, row);
  if ('faults' in product) return product;
  const double = doublePrice(product);
  if (double) return { faults: [{ field: 'prices', detail: double.detail }] };
  const isSame = before !== undefined && isSameProduct(before, product);
  const item = isSame ? before : withProduct(before, row.sku, product, now);
  const prices = isSame ? [] : priceChanges(before, item);
  const cause = causeOf(item, row);
  if (cause.onHandDelta === 0) return { item, rows: prices, send: [] };
  const level = mainOf(item);
  if (cause.kind === 'counted' && level.onHand < 0) {
    return { faults: [{ field: 'onHand', detail: `cannot be counted while ${-level.onHand} are owed` }] };
  }
  const refused = limitOf({ item, level }, cause.onHandDelta);
  if (!refused) {
    const moved = move(item, { ...cause, reservedDelta: 0, orderId: null });
    return { item: moved.item, rows: [...prices, moved.movement], send: moved.send };
  }
  const { code } = refused;
  const detail =
    code === 'stock-below-reserved'
      ? `would leave less than the ${level.reserved} that are reserved`
      : 'would make more than can be counted';
  return { faults: [{ field: cause.kind === 'counted' ? 'onHand' : 'delta', detail }] };
}

/** What the row does not give stays as it is; a new product needs all of it. */
function productOf(item: Item | undefined, row: ImportRow): Product | { faults: Omit<RowFault, 'line'>[] } {
  const name = row.name ?? item?.name;
  const amount = row.price ?? item?.amount;
  const currency = row.currency ?? item?.currency;
  if (name !== undefined && amount !== undefined && currency !== undefined) {
    return {
      name,
      amount,
      currency,
      otherPrices: othersOf(item, row),
      active: row.active ?? item?.active ?? true,
    };
  }
  const fields = { name, price: amount, currency };
  const missing = Object.entries(fields).filter(([, value]) => value === undefined);
  return { faults: missing.map(([field]) => ({ field, detail: 'must be given: the product is new' })) };
}

function othersOf(item: Item | undefined, { prices }: ImportRow): Item['otherPrices'] {
  return prices ? keptPrices(prices) : (item?.otherPrices ?? null);
}

/** Of what lies in `main`. A count is a fact about now; a change is goods that came, or a correction downwards. */
function causeOf(item: Item, { onHand, delta }: ImportRow): Pick<Movement, 'kind' | 'onHandDelta'> {
  if (typeof onHand === 'number') return { kind: 'counted', onHandDelta: onHand - mainOf(item).onHand };
  const onHandDelta = delta ?? 0;
  return { kind: onHandDelta > 0 ? 'received' : 'correction', onHandDelta };
}

function itemIn(known: ReadonlyMap<string, StockState>, sku: string): Item | undefined {
  const state = known.get(itemKey(sku));
  return state?.kind === 'item' ? state : undefined;
}
