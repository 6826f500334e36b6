import {
  type AdjustmentRequest,
  type AdjustStock,
  type Fault,
  MAX_QUANTITY,
  type PutProduct,
  Rejected,
} from '#contracts';
import { type LocationLevel } from './allocation.js';
import { isSameProduct, levelView, MAIN, move, productView, withProduct } from './item.js';
import { type Opened, openLocation } from './locations.js';
import { doublePrice, keptPrices, priceChanges } from './price.js';
import { adjustmentKey, answered, itemKey, itemOf, type Stock, type StockDecision } from './state.js';

/** Creates a product without stock, or replaces name, price and `active` of the one there is. */
export function putProduct(stock: Stock, request: PutProduct, now: Date): StockDecision {
  const { sku, product } = request;
  const item = itemOf(stock, sku);
  const version = item?.productVersion ?? 0;
  const expectedVersion = request.expectedVersion ?? version;
  if (expectedVersion !== version) {
    return { refuse: new Rejected('version-mismatch', { sku, expectedVersion, version }) };
  }
  const { name, price, prices } = product;
  const fields = {
    name,
    amount: price.amount,
    currency: price.currency,
    otherPrices: keptPrices(prices),
    active: product.active ?? true,
  };
  const double = doublePrice(fields);
  if (double) return { refuse: new Rejected('validation-failed', { errors: [double] }) };
  if (item && isSameProduct(item, fields)) return { answer: { product: productView(item), created: false } };

  const next = withProduct(item, sku, fields, now);
  return {
    put: [[itemKey(sku), next]],
    append: priceChanges(item, next),
    answer: { product: productView(next), created: !item },
  };
}

/** A changed stock, once per idempotency key. */
export function adjust(stock: Stock, { sku, idempotency, adjustment }: AdjustStock): StockDecision {
  const before = answered(stock, idempotency);
  if (before) return before;

  const errors = faultsOf(adjustment);
  if (errors.length > 0) return { refuse: new Rejected('validation-failed', { errors }) };
  const item = itemOf(stock, sku);
  if (!item) return { refuse: new Rejected('product-not-found', { sku }) };
  const opened = openLocation(stock, item, adjustment.location ?? MAIN);
  if (opened instanceof Rejected) return { refuse: opened };
  if (isGiven(adjustment.countedQuantity) && opened.level.onHand < 0) {
    return { refuse: new Rejected('stock-owed', { sku, onHand: opened.level.onHand }) };
  }
  const onHandDelta = deltaOf(opened.level, adjustment);
  const refuse = limitOf(opened, onHandDelta);
  if (refuse) return { refuse };

  const what = { kind: adjustment.reason, onHandDelta, reservedDelta: 0, orderId: null } as const;
  const { location } = opened.level;
  const locations = opened.item.locations ? [{ location, onHandDelta, reservedDelta: 0 }] : undefined;
  const moved = move(opened.item, { ...what, locations });
  const { key, fingerprint } = idempotency;
  const level = levelView(moved.item);
  return {
    put: [
      [itemKey(sku), moved.item],
      [adjustmentKey(key), { kind: 'adjustment', key, version: 1, fingerprint, level }],
    ],
    append: [moved.movement],
    send: moved.send,
    answer: { level, replayed: false },
  };
}

/** Pointers into the body that the client sent. What a single field may hold is checked with the message; null is absent. */
function faultsOf({ delta, countedQuantity, reason }: AdjustmentRequest): Fault[] {
  const counted = isGiven(countedQuantity);
  if (!isGiven(delta) && !counted) {
    return [{ pointer: '/delta', detail: 'must be given, or countedQuantity with the reason "counted"' }];
  }
  if (isGiven(delta) && counted) {
    return [{ pointer: '/countedQuantity', detail: 'must not be given together with delta' }];
  }
  if (counted && reason !== 'counted') {
    return [{ pointer: '/reason', detail: 'must be "counted" when countedQuantity is given' }];
  }
  return delta === 0 ? [{ pointer: '/delta', detail: 'must not be 0' }] : [];
}

function deltaOf(level: LocationLevel, { delta, countedQuantity }: AdjustmentRequest): number {
  return isGiven(countedQuantity) ? countedQuantity - level.onHand : (delta ?? 0);
}

function isGiven(value: number | null | undefined): value is number {
  return typeof value === 'number';
}

/** Why a level cannot change by that much. */
export function limitOf({ item, level }: Opened, delta: number): Rejected | undefined {
  const { sku } = item;
  const { location, onHand, reserved } = level;
  if (onHand + item.backorderLimit + delta < reserved) {
    const where = item.locations ? { location } : {};
    return new Rejected('stock-below-reserved', { sku, ...where, onHand, reserved });
  }
  if (item.onHand + delta > MAX_QUANTITY) {
    return new Rejected('stock-limit-exceeded', { sku, onHand: item.onHand, limit: MAX_QUANTITY });
  }
  return undefined;
}
