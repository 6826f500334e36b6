import { Rejected } from '#contracts';
import { OrdersQuery } from '../orders/order-list.controller.js';
import { ValidListQuery } from './list-query.pipe.js';

describe('ValidListQuery', () => {
  const pipe = new ValidListQuery(OrdersQuery);

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

function faultsOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof Rejected) return error.details.errors;
    throw error;
  }
  return undefined;
}
