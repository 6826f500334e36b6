import { GetOrder, OrderRequest, Rejected } from '#contracts';
import { ValidBody, ValidPart } from './valid.pipe.js';

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
