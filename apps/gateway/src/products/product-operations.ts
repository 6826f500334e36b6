import { type Operation } from '../http/operation.js';

export const PRODUCT_OPERATIONS: readonly Operation[] = [
  {
    method: 'put',
    path: '/v1/products/{sku}',
    id: 'putProduct',
    tag: 'Products',
    summary: 'Create or replace a product',
    description:
      'Amounts are integers in minor units: 1999 is 19.99 EUR, 1999 JPY or 1.999 KWD. An order is priced in its own ' +
      'currency: that of `price`, or one of `prices`. With `If-None-Match: *` it is only created, with `If-Match` only ' +
      'replaced: else 412.',
    parameters: ['Sku', 'IfMatch', 'IfNoneMatchAny'],
    body: 'ProductRequest',
    answers: [
      { status: 200, description: 'The product is replaced.', schema: 'ProductView', headers: ['ETag'] },
      {
        status: 201,
        description: 'The product is new.',
        schema: 'ProductView',
        headers: ['Location', 'ETag'],
      },
    ],
    problems: ['version-mismatch'],
  },
  {
    method: 'get',
    path: '/v1/products/{sku}',
    id: 'getProduct',
    tag: 'Products',
    summary: 'Read one product and its stock',
    description: 'The ETag is the version of the product’s own fields; its stock has a version of its own.',
    parameters: ['Sku'],
    answers: [{ status: 200, description: 'The product.', schema: 'ProductView', headers: ['ETag'] }],
    problems: ['product-not-found'],
  },
  {
    method: 'get',
    path: '/v1/products',
    id: 'listProducts',
    tag: 'Products',
    summary: 'List products by SKU',
    parameters: [],
    query: 'ListQuery',
    answers: [{ status: 200, description: 'A page of products.', schema: 'ProductPage' }],
    problems: ['cursor-invalid'],
  },
];
