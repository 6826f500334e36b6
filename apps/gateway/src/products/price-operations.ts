import { type Operation } from '../http/operation.js';

export const PRICE_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/products/{sku}/prices',
    id: 'listPrices',
    tag: 'Products',
    summary: 'List every price that a product has had, newest first',
    description:
      'One entry for each currency in which the price changed, with the request that changed it. An order keeps the ' +
      'price that it was placed at.',
    parameters: ['Sku'],
    query: 'ListQuery',
    answers: [{ status: 200, description: 'A page of prices.', schema: 'PricePage' }],
    problems: ['product-not-found', 'cursor-invalid'],
  },
];
