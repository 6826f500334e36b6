import {
  type AdjustmentRequest,
  type AdjustStock,
  type Fault,
  MAX_QUANTITY,
  type PutProduct,
  Rejected,
} from '#contracts';
import { type Item, isSameProduct, levelView, move, productView } from './item.js';
import { adjustmentKey, adjustmentOf, itemKey, itemOf, type Stock, type StockDecision } from './state.js';

/** Creates a product without stock, or replaces name, price and `active` of the one there is. */
export function putProduct(stock: Stock, request: PutProduct, now: Date): StockDecision {
  const { sku, product } = request;
  const item = itemOf(stock, sku);
  const version = item?.productVersion ?? 0;
  const expectedVersion = request.expectedVersion ?? version;
  if (expectedVersion !== version) {
    return { refuse: new Rejected('version-mismatch', { sku, expectedVersion, version }) };
  }
  const { name, price } = product;
  const fields = { name, amount: price.amount, currency: price.currency, active: product.active ?? true };
  if (item && isSameProduct(item, fields)) return { answer: { product: productView(item), created: false } };

  const empty = { kind: 'item', sku, onHand: 0, reserved: 0, createdAt: now } as const;
  const next: Item = {
    ...(item ?? empty),
    ...fields,
    version: (item?.version ?? 0) + 1,
    productVersion: version + 1,
    updatedAt: now,
  };
  return { put: [[itemKey(sku), next]], answer: { product: productView(next), created: !item } };
}

/** A changed stock, once per idempotency key. A refusal is not kept: the same key may succeed later. */
export function adjust(stock: Stock, { sku, idempotency, adjustment }: AdjustStock): StockDecision {
  const { key, fingerprint } = idempotency;
  const used = adjustmentOf(stock, key);
  if (used && used.fingerprint !== fingerprint) return { refuse: new Rejected('idempotency-key-reused') };
  if (used) return { answer: { level: used.level, replayed: true } };

  const errors = faultsOf(adjustment);
  if (errors.length > 0) return { refuse: new Rejected('validation-failed', { errors }) };
  const item = itemOf(stock, sku);
  if (!item) return { refuse: new Rejected('product-not-found', { sku }) };
  const onHandDelta = deltaOf(item, adjustment);
  const refuse = limitOf(item, onHandDelta);
  if (refuse) return { refuse };

  const moved = move(item, { kind: adjustment.reason, onHandDelta, reservedDelta: 0, orderId: null });
  const level = levelView(moved.item);
  return {
    put: [
      [itemKey(sku), moved.item],
      [adjustmentKey(key), { kind: 'adjustment', key, version: 1, fingerprint, level }],
    ],
    append: [moved.movement],
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

function deltaOf(item: Item, { delta, countedQuantity }: AdjustmentRequest): number {
  return isGiven(countedQuantity) ? countedQuantity - item.onHand : (delta ?? 0);
}

function isGiven(value: number | null | undefined): value is number {
  return typeof value === 'number';
}

function limitOf({ sku, onHand, reserved }: Item, delta: number): Rejected | undefined {
  if (onHand + delta < reserved) return new Rejected('stock-below-reserved', { sku, onHand, reserved });
  if (onHand + delta > MAX_QUANTITY) {
    return new Rejected('stock-limit-exceeded', { sku, onHand, limit: MAX_QUANTITY });
  }
  return undefined;
}
