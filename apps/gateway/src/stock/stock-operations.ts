import { type Operation } from '../http/operation.js';

/** What has happened to the stock of a SKU, what it is kept for, and how much of it may be sold. */
export const STOCK_OPERATIONS: readonly Operation[] = [
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
