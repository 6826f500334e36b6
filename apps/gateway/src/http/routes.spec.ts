import { Routes } from './routes.js';

describe('Routes', () => {
  const routes = new Routes();
  routes.add(['GET', 'HEAD'], '/v1/orders/:id');
  routes.add('POST', '/v1/orders');
  routes.add('GET', '/v1/orders');
  routes.add('GET', '/docs/*');

  test.each([
    ['/v1/orders', ['GET', 'POST']],
    ['/v1/orders/ord_1', ['GET', 'HEAD']],
    ['/docs/index.css', ['GET']],
    ['/v1/orders/', []],
    ['/v1/orders/ord_1/x', []],
    ['/v1', []],
    ['/', []],
    ['', []],
  ])('knows the methods at %s', (path, methods) => {
    expect(routes.methodsAt(path)).toEqual(methods);
  });
});
