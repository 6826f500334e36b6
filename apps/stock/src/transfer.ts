import { Rejected, type TransferStock } from '#contracts';
import { levelView, move } from './item.js';
import { openLocation } from './locations.js';
import { adjustmentKey, answered, itemKey, itemOf, type Stock, type StockDecision } from './state.js';

/** From one location to another, once per idempotency key. What orders hold stays where they hold it. */
export function transfer(stock: Stock, { sku, idempotency, transfer: asked }: TransferStock): StockDecision {
  const before = answered(stock, idempotency);
  if (before) return before;
  const { from, to, quantity } = asked;
  if (from === to) {
    const errors = [{ pointer: '/to', detail: 'must be another location than "from"' }];
    return { refuse: new Rejected('validation-failed', { errors }) };
  }
  const item = itemOf(stock, sku);
  if (!item) return { refuse: new Rejected('product-not-found', { sku }) };
  const source = openLocation(stock, item, from);
  if (source instanceof Rejected) return { refuse: source };
  const target = openLocation(stock, source.item, to);
  if (target instanceof Rejected) return { refuse: target };
  const { onHand, reserved } = source.level;
  if (onHand - quantity < reserved) {
    return { refuse: new Rejected('stock-below-reserved', { sku, location: from, onHand, reserved }) };
  }

  const moved = move(target.item, {
    kind: 'transferred',
    onHandDelta: 0,
    reservedDelta: 0,
    orderId: null,
    locations: [
      { location: from, onHandDelta: -quantity, reservedDelta: 0 },
      { location: to, onHandDelta: quantity, reservedDelta: 0 },
    ],
  });
  const level = levelView(moved.item);
  const { key, fingerprint } = idempotency;
  return {
    put: [
      [itemKey(sku), moved.item],
      [adjustmentKey(key), { kind: 'adjustment', key, version: 1, fingerprint, level }],
    ],
    append: [moved.movement],
    answer: { level, replayed: false },
  };
}
