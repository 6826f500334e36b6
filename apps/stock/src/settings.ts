import { type PutSettings, Rejected, type SettingsView } from '#contracts';
import { type Item, lowStock } from './item.js';
import { itemKey, itemOf, type Stock, type StockDecision } from './state.js';

/** Replaces what there was. A threshold above what is available is crossed at once. */
export function putSettings(stock: Stock, { sku, settings }: PutSettings): StockDecision {
  const item = itemOf(stock, sku);
  if (!item) return { refuse: new Rejected('product-not-found', { sku }) };
  const safetyStock = settings.safetyStock ?? 0;
  const lowStockThreshold = settings.lowStockThreshold ?? null;
  if (isSameSettings(item, { safetyStock, lowStockThreshold })) return { answer: settingsView(item) };

  const next: Item = { ...item, safetyStock, lowStockThreshold, version: item.version + 1 };
  return { put: [[itemKey(sku), next]], send: lowStock(item, next), answer: settingsView(next) };
}

export function settingsView({ sku, safetyStock, lowStockThreshold, version }: Item): SettingsView {
  return { sku, safetyStock, lowStockThreshold, version };
}

type Settings = Pick<Item, 'safetyStock' | 'lowStockThreshold'>;

export function isSameSettings(one: Settings, other: Settings): boolean {
  return one.safetyStock === other.safetyStock && one.lowStockThreshold === other.lowStockThreshold;
}
