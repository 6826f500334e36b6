import { type Operation } from './operation.js';

/** What has happened to the stock of a SKU, and what it is kept for. */
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
];
