import { createdAt, order, price, updatedAt } from './example-values.js';

const stock = {
  sku: 'TEA-001',
  onHand: 120,
  reserved: 2,
  available: 118,
  version: 7,
  locations: [
    { location: 'main', onHand: 100, reserved: 2, available: 98 },
    { location: 'north', onHand: 20, reserved: 0, available: 20 },
  ],
};

const product = {
  sku: 'TEA-001',
  name: 'Sencha',
  price,
  prices: [{ amount: 330, currency: 'JPY' }],
  active: true,
  version: 1,
  stock,
  createdAt,
  updatedAt,
};

const movement = {
  sku: 'TEA-001',
  version: 7,
  reason: 'reserved',
  onHandDelta: 0,
  reservedDelta: 2,
  orderId: order,
  adjustmentId: null,
  locations: [{ location: 'main', onHandDelta: 0, reservedDelta: 2 }],
  at: createdAt,
};

const north = { location: 'north', name: 'Warehouse north', createdAt };

const importView = {
  id: 'imp_01kaqyj5m8e2w9x4t7r0v3b6nm',
  status: 'finished',
  format: 'csv',
  rowsRead: 3,
  rowsApplied: 2,
  rowsFailed: 1,
  faults: [{ field: 'price', count: 1 }],
  startedAt: createdAt,
  updatedAt,
  finishedAt: updatedAt,
};

/** Of products, stock and imports. */
export const STOCK_EXAMPLES = {
  ProductRequest: { name: 'Sencha', price, prices: [{ amount: 330, currency: 'JPY' }], active: true },
  ProductView: product,
  ProductPage: { data: [product], nextCursor: null },
  AdjustmentRequest: { delta: 100, reason: 'received' },
  PricePage: {
    data: [
      {
        currency: 'JPY',
        amount: 330,
        version: 9,
        from: updatedAt,
        requestId: 'req_01kaqyj5m6e2w9x4t7r0v3b6nh',
      },
      {
        currency: 'EUR',
        amount: 1999,
        version: 1,
        from: createdAt,
        requestId: 'req_01kaqyj5m6e2w9x4t7r0v3b6ng',
      },
    ],
    nextCursor: null,
  },
  StockLevelView: stock,
  LocationRequest: { name: 'Warehouse north' },
  LocationView: north,
  LocationPage: { data: [north], nextCursor: null },
  TransferRequest: { from: 'main', to: 'north', quantity: 20 },
  SettingsRequest: { safetyStock: 5, lowStockThreshold: 20, backorderLimit: 0 },
  SettingsView: { sku: 'TEA-001', safetyStock: 5, lowStockThreshold: 20, backorderLimit: 0, version: 8 },
  MovementPage: { data: [movement], nextCursor: null },
  ReservationPage: {
    data: [
      { orderId: order, sku: 'TEA-001', quantity: 2, status: 'held', expiresAt: '2026-11-23T10:15:00.014Z' },
    ],
    nextCursor: null,
  },
  ImportView: importView,
  ImportPage: { data: [importView], nextCursor: null },
  ImportErrorPage: {
    data: [{ line: 3, field: 'price', detail: 'must be an integer number' }],
    nextCursor: null,
  },
};
