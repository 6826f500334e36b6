import { KEY_PROBLEMS, type Operation } from '../http/operation.js';

export const LOCATION_OPERATIONS: readonly Operation[] = [
  {
    method: 'put',
    path: '/v1/locations/{location}',
    id: 'putLocation',
    tag: 'Stock',
    summary: 'Create or rename a location',
    description: '`main` is always there: what names no location lies in it.',
    parameters: ['Location'],
    body: 'LocationRequest',
    answers: [
      { status: 200, description: 'The location has this name.', schema: 'LocationView' },
      { status: 201, description: 'The location is new.', schema: 'LocationView', headers: ['Location'] },
    ],
    problems: [],
  },
  {
    method: 'get',
    path: '/v1/locations/{location}',
    id: 'getLocation',
    tag: 'Stock',
    summary: 'Read one location',
    parameters: ['Location'],
    answers: [{ status: 200, description: 'The location.', schema: 'LocationView' }],
    problems: ['location-not-found'],
  },
  {
    method: 'get',
    path: '/v1/locations',
    id: 'listLocations',
    tag: 'Stock',
    summary: 'List the locations',
    parameters: [],
    query: 'ListQuery',
    answers: [{ status: 200, description: 'A page of locations.', schema: 'LocationPage' }],
    problems: ['cursor-invalid'],
  },
  {
    method: 'post',
    path: '/v1/stock/{sku}/transfers',
    id: 'transferStock',
    tag: 'Stock',
    summary: 'Move stock from one location to another',
    description:
      'The level of the SKU stays what it is. What orders hold in a location cannot leave it. ' +
      'An order takes each line from as few locations as possible, from those that have most.',
    parameters: ['Sku', 'IdempotencyKey'],
    body: 'TransferRequest',
    answers: [
      {
        status: 201,
        description: 'The level after the transfer.',
        schema: 'StockLevelView',
        headers: ['Location', 'ETag', 'Idempotency-Replayed'],
      },
    ],
    problems: [
      ...KEY_PROBLEMS,
      'product-not-found',
      'location-not-found',
      'stock-below-reserved',
      'backorder-in-locations',
      'too-many-locations',
    ],
  },
];
