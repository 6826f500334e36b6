import { KEY_PROBLEMS, type Operation, UNCHANGED } from '../http/operation.js';

/** The stock of a SKU, what has happened to it, what it is kept for, and how much of it may be sold. */
export const STOCK_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/stock/{sku}/adjustments',
    id: 'adjustStock',
    tag: 'Stock',
    summary: 'Change what is on hand',
    description:
      'Either by `delta`, or to a `countedQuantity` with the reason `counted`, in `main` or in the `location` that it names.',
    parameters: ['Sku', 'IdempotencyKey'],
    body: 'AdjustmentRequest',
    answers: [
      {
        status: 201,
        description: 'The level after the change.',
        schema: 'StockLevelView',
        headers: ['Location', 'ETag', 'Idempotency-Replayed'],
      },
    ],
    problems: [
      ...KEY_PROBLEMS,
      'product-not-found',
      'location-not-found',
      'stock-below-reserved',
      'stock-limit-exceeded',
      'stock-owed',
      'backorder-in-locations',
      'too-many-locations',
    ],
  },
  {
    method: 'get',
    path: '/v1/stock/{sku}',
    id: 'getStock',
    tag: 'Stock',
    summary: 'Read the stock of one SKU',
    parameters: ['Sku', 'IfNoneMatch'],
    answers: [
      { status: 200, description: 'The level.', schema: 'StockLevelView', headers: ['ETag'] },
      UNCHANGED,
    ],
    problems: ['product-not-found'],
  },
  {
    method: 'get',
    path: '/v1/stock/{sku}/movements',
    id: 'listMovements',
    tag: 'Stock',
    summary: 'List the movements of a SKU, newest first',
    description:
      'Every change of its level, with its cause. Movements are only ever added, and add up to the level. ' +
      'The `version` of a movement is the one that the change was answered with.',
    parameters: ['Sku'],
    query: 'ListQuery',
    answers: [{ status: 200, description: 'A page of movements.', schema: 'MovementPage' }],
    problems: ['product-not-found', 'cursor-invalid'],
  },
  {
    method: 'get',
    path: '/v1/stock/{sku}/reservations',
    id: 'listReservations',
    tag: 'Stock',
    summary: 'List the orders that hold a SKU',
    description:
      'Those that are `open`, the first to expire first, unless told; with `state=closed` those that have been committed, ' +
      'released or expired, the newest first.',
    parameters: ['Sku'],
    query: 'ReservationsQuery',
    answers: [{ status: 200, description: 'A page of reservations.', schema: 'ReservationPage' }],
    problems: ['product-not-found', 'cursor-invalid'],
  },
  {
    method: 'put',
    path: '/v1/stock/{sku}/settings',
    id: 'putStockSettings',
    tag: 'Stock',
    summary: 'Set the safety stock, the low-stock threshold and the backorder limit of a SKU',
    description:
      'Replaces all; what is left out is off. The safety stock is kept back from sale, so `available` leaves it out. When ' +
      'what is there to be sold falls to the threshold or below it, the event `stock.low.v1` is published, once until it has ' +
      'been above again. With a `backorderLimit` so many more may be sold than there are: `onHand` below zero is what is owed.',
    parameters: ['Sku'],
    body: 'SettingsRequest',
    answers: [{ status: 200, description: 'The settings as they now are.', schema: 'SettingsView' }],
    problems: ['product-not-found', 'stock-below-reserved', 'backorder-in-locations'],
  },
  {
    method: 'get',
    path: '/v1/stock/{sku}/settings',
    id: 'getStockSettings',
    tag: 'Stock',
    summary: 'Read the safety stock, the low-stock threshold and the backorder limit of a SKU',
    parameters: ['Sku'],
    answers: [{ status: 200, description: 'The settings.', schema: 'SettingsView' }],
    problems: ['product-not-found'],
  },
];
