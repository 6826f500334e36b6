import { type PutSettings, Rejected, type SettingsView } from '#contracts';
import { type Item, lowStock } from './item.js';
import { itemKey, itemOf, type Stock, type StockDecision } from './state.js';

type Settings = Pick<Item, 'safetyStock' | 'lowStockThreshold' | 'backorderLimit'>;

/** Replaces what there was. A threshold above what is available is crossed at once. */
export function putSettings(stock: Stock, { sku, settings }: PutSettings): StockDecision {
  const item = itemOf(stock, sku);
  if (!item) return { refuse: new Rejected('product-not-found', { sku }) };
  const set: Settings = {
    safetyStock: settings.safetyStock ?? 0,
    lowStockThreshold: settings.lowStockThreshold ?? null,
    backorderLimit: settings.backorderLimit ?? 0,
  };
  if (isSameSettings(item, set)) return { answer: settingsView(item) };
  const refuse = refusalOf(item, set);
  if (refuse) return { refuse };

  const backorderMost = Math.max(item.backorderMost, set.backorderLimit);
  const next: Item = { ...item, ...set, backorderMost, version: item.version + 1 };
  return { put: [[itemKey(sku), next]], send: lowStock(item, next), answer: settingsView(next) };
}

/** What is sold already stays sold, and what is owed is owed by no location. */
function refusalOf(
  { sku, onHand, reserved, locations }: Item,
  { backorderLimit }: Settings,
): Rejected | undefined {
  if (backorderLimit > 0 && locations) return new Rejected('backorder-in-locations', { sku });
  if (onHand + backorderLimit >= reserved) return undefined;
  return new Rejected('stock-below-reserved', { sku, onHand, reserved, backorderLimit });
}

export function settingsView({
  sku,
  safetyStock,
  lowStockThreshold,
  backorderLimit,
  version,
}: Item): SettingsView {
  return { sku, safetyStock, lowStockThreshold, backorderLimit, version };
}

export function isSameSettings(one: Settings, other: Settings): boolean {
  return (
    one.safetyStock === other.safetyStock &&
    one.lowStockThreshold === other.lowStockThreshold &&
    one.backorderLimit === other.backorderLimit
  );
}
