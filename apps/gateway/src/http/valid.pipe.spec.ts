import { GetOrder, OrderRequest, Rejected } from '#contracts';
import { OrdersQuery } from '../orders/order-list.controller.js';
import { ValidBody, ValidPart, ValidQuery } from './valid.pipe.js';

const order = { customerId: 'c', currency: 'EUR', lines: [{ sku: 'TEA', quantity: 1 }] };

describe('ValidBody', () => {
  const pipe = new ValidBody(OrderRequest);

  test('lets a valid body through', () => {
    expect(pipe.transform(order)).toEqual(order);
  });

  test.each([
    [undefined, ''],
    [[], ''],
    [{ ...order, customerId: 7 }, '/customerId'],
    [{ ...order, lines: [{ sku: 'TEA', quantity: 0 }] }, '/lines/0/quantity'],
    [{ ...order, lines: [order.lines] }, '/lines/0'],
    [{ ...order, price: 1 }, '/price'],
  ])('names what is wrong with %j', (body, pointer) => {
    expect(faultsOf(() => pipe.transform(body))).toContainEqual({ pointer, detail: expect.any(String) });
  });

  test('tells no more than 50 faults, with pointers of bounded length', () => {
    const unknown = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`${at}${'x'.repeat(5_000)}`, at]),
    );
    const faults = faultsOf(() => pipe.transform({ ...order, ...unknown }));
    expect(faults).toHaveLength(50);
    expect(JSON.stringify(faults).length).toBeLessThan(20_000);
  });
});

describe('ValidQuery', () => {
  const pipe = new ValidQuery(OrdersQuery);

  test('takes 20 for a limit that is not there, and a number for one that is', () => {
    expect(pipe.transform({})).toEqual({ limit: 20 });
    expect(pipe.transform({ limit: '100', status: 'confirmed' })).toEqual({
      limit: 100,
      status: 'confirmed',
    });
  });

  test.each([
    [{ limit: '0' }, '/query/limit'],
    [{ limit: '101' }, '/query/limit'],
    [{ limit: '1e1' }, '/query/limit'],
    [{ limit: '' }, '/query/limit'],
    [{ limit: ['1', '2'] }, '/query/limit'],
    [{ status: 'paid' }, '/query/status'],
    [{ customerId: 'a\u0000' }, '/query/customerId'],
    [{ createdAfter: '2026-02-30T00:00:00Z' }, '/query/createdAfter'],
    [{ createdAfter: '2026-11-23' }, '/query/createdAfter'],
    [{ createdBefore: '0001-01-01T00:00:00+23:59' }, '/query/createdBefore'],
    [{ createdBefore: '2026-W01-1' }, '/query/createdBefore'],
    [{ before: 'ord_00000000000000000000000000' }, '/query/before'],
    [{ constructor: 'x' }, '/query/constructor'],
  ])('names what is wrong with %j', (query, pointer) => {
    expect(faultsOf(() => pipe.transform(query))).toContainEqual({ pointer, detail: expect.any(String) });
  });
});

describe('ValidPart', () => {
  const pipe = new ValidPart(GetOrder, 'orderId');
  const asked = { type: 'param', data: 'id' } as const;

  test('lets an id through', () => {
    const id = 'ord_01kaqyj5m8e2w9x4t7r0v3b6nd';
    expect(pipe.transform(id, asked)).toBe(id);
  });

  test.each([
    '',
    'ord_',
    'pay_01kaqyj5m8e2w9x4t7r0v3b6nd',
    'ord_01KAQYJ5M8E2W9X4T7R0V3B6ND',
    "ord_'--",
    '\u0000',
  ])('refuses %p', (part) => {
    expect(faultsOf(() => pipe.transform(part, asked))).toEqual([
      { pointer: '/path/id', detail: expect.any(String) },
    ]);
  });
});

function faultsOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof Rejected) return error.details.errors;
    throw error;
  }
  return undefined;
}
