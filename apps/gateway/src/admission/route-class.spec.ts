import { classOf } from './route-class.js';

test.each([
  ['GET', '/health/ready', 'free'],
  ['GET', '/metrics', 'free'],
  ['GET', '/openapi.json', 'free'],
  ['POST', '/v1/orders', 'write'],
  ['PUT', '/v1/products/:sku', 'write'],
  ['GET', '/v1/orders', 'read'],
  ['HEAD', '/v1/orders/:id', 'read'],
  ['GET', '/v1/payments/:id', 'read'],
  ['GET', '/v1/orders/:id/events', 'stream'],
  ['POST', '/v1/orders/:id/cancel', 'completion'],
  ['POST', '/v1/payments', 'completion'],
  ['POST', '/v1/webhooks/stripe', 'completion'],
  ['GET', '/ops/failures', 'completion'],
  ['POST', '/v1/stock/imports', 'bulk'],
  ['GET', '/v1/stock/imports', 'read'],
  ['GET', '/v1/stock/exports', 'bulk'],
] as const)('%s %s is of the class %s', (method, pattern, routeClass) => {
  expect(classOf(method, pattern)).toBe(routeClass);
});
