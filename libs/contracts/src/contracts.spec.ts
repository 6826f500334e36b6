import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import * as fc from 'fast-check';
import { accepts } from './accepts.js';
import * as contracts from './index.js';
import {
  AdjustmentRequest,
  type Class,
  command,
  firstIdAt,
  holdsCardNumber,
  isFreeText,
  isId,
  Money,
  newId,
  OrderRequest,
  type Rpc,
  validate,
} from './index.js';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const order = (change: object = {}): object => ({
  customerId: 'cus_42',
  currency: 'EUR',
  lines: [{ sku: 'TEA-001', quantity: 2 }],
  ...change,
});

const pointers = <T extends object>(type: Class<T>, plain: unknown): string[] => {
  const result = validate(type, plain, true);
  return 'faults' in result ? result.faults.map(({ pointer }) => pointer) : [];
};

describe('an id', () => {
  test('sorts by the time it was made, even within one millisecond', () => {
    const ids = Array.from({ length: 5_000 }, () => newId('ord'));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => isId('ord', id))).toBe(true);
  });

  test('made from a time sorts before all that are made then or later, and after all that were made before', () => {
    const before = newId('ord');
    const ms = Date.now();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (later) => {
        expect(firstIdAt('ord', ms + later) > before).toBe(true);
        expect(firstIdAt('ord', ms - later) < before).toBe(true);
        expect(isId('ord', firstIdAt('ord', later))).toBe(true);
      }),
    );
    expect(firstIdAt('ord', -1)).toBe(`ord_${'0'.repeat(26)}`);
  });

  test('is not accepted with another prefix', () => {
    expect(isId('pay', newId('ord'))).toBe(false);
  });
});

describe('a request to place an order', () => {
  test('is accepted as documented', () => {
    const payment = { method: 'tok_visa', capture: 'automatic' };
    const expectedTotal = { amount: 3998, currency: 'EUR' };
    expect(pointers(OrderRequest, order({ payment, expectedTotal, metadata: { channel: 'web' } }))).toEqual(
      [],
    );
  });

  test.each<[string, object]>([
    ['/lines/0/quantity', { lines: [{ sku: 'TEA', quantity: 0 }] }],
    ['/lines/0/quantity', { lines: [{ sku: 'TEA', quantity: 1.5 }] }],
    ['/lines/0/quantity', { lines: [{ sku: 'TEA', quantity: '2' }] }],
    ['/lines/0/quantity', { lines: [{ sku: 'TEA', quantity: Number.POSITIVE_INFINITY }] }],
    ['/lines/0/sku', { lines: [{ sku: 'a b', quantity: 1 }] }],
    ['/lines/0/colour', { lines: [{ sku: 'TEA', quantity: 1, colour: 'red' }] }],
    ['/lines/0', { lines: [null] }],
    ['/lines/0', { lines: ['TEA'] }],
    ['/lines/0', { lines: [[]] }],
    ['/lines', { lines: [] }],
    ['/lines', { lines: {} }],
    ['/lines', { lines: null }],
    [
      '/lines',
      {
        lines: [
          { sku: 'TEA', quantity: 1 },
          { sku: 'TEA', quantity: 2 },
        ],
      },
    ],
    ['/currency', { currency: 'EURO' }],
    ['/customerId', { customerId: 'a\u0000b' }],
    ['/customerId', { customerId: '\ud800' }],
    ['/customerId', { customerId: '' }],
    ['/customerId', { customerId: '4111 1111 1111 1111' }],
    ['/payment/method', { payment: { method: '4111111111111111' } }],
    ['/payment', { payment: [] }],
    ['/payment', { payment: 'tok_visa' }],
    ['/expectedTotal/amount', { expectedTotal: { amount: 2 ** 53, currency: 'EUR' } }],
    ['/metadata', { metadata: { a: 1 } }],
    ['/metadata', { metadata: ['a'] }],
    ['/surprise', { surprise: true }],
  ])('is refused naming %s: %j', (pointer, change) => {
    expect(pointers(OrderRequest, order(change))).toContain(pointer);
  });

  const keys = (count: number, length = 1): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}`.padStart(length, 'k'), 'v']));

  test.each<[string, Record<string, string>]>([
    ['20 keys', keys(20, 2)],
    ['a key of 40 characters', keys(1, 40)],
    ['a value of 500 characters', { a: 'x'.repeat(500) }],
  ])('takes metadata with %s, and no more than that', (_, metadata) => {
    expect(pointers(OrderRequest, order({ metadata }))).toEqual([]);
  });

  test.each<[string, object]>([
    ['21 keys', keys(21, 2)],
    ['a key of 41 characters', keys(1, 41)],
    ['an empty key', { '': 'a' }],
    ['a value of 501 characters', { a: 'x'.repeat(501) }],
    ['an empty value', { a: '' }],
    ['a card number', { a: '4111 1111 1111 1111' }],
    ['a value that is no text', { a: null }],
    ['something within', { a: { b: 'c' } }],
  ])('refuses metadata with %s', (_, metadata) => {
    expect(pointers(OrderRequest, order({ metadata }))).toEqual(['/metadata']);
  });

  test('is judged by the compiled check as class-validator judges it', () => {
    const quantity = fc.oneof(fc.integer({ min: -1, max: 3 }), fc.constantFrom('2', null, 1.5, undefined));
    const line = fc.oneof(
      fc.record({ sku: fc.constantFrom('A', 'B', 'a b', 7), quantity }),
      // Not []: class-validator takes that for a valid item. See `misshapen`.
      fc.constantFrom(null, 'x'),
    );
    const anyOrder = fc.record(
      {
        customerId: fc.oneof(fc.string(), fc.constant(null)),
        currency: fc.constantFrom('EUR', 'XXXX', null),
        lines: fc.oneof(fc.array(line, { maxLength: 3 }), fc.constantFrom(null, {}, 'x')),
        payment: fc.constantFrom(
          undefined,
          null,
          [],
          {},
          { method: 'tok_visa' },
          { method: 'tok_visa', x: 1 },
        ),
        metadata: fc.constantFrom(undefined, {}, { a: 'b' }, { a: 1 }, []),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anyOrder, fc.boolean(), (plain, strict) => {
        const options = { whitelist: strict, forbidNonWhitelisted: strict };
        const slow = validateSync(plainToInstance(OrderRequest, plain), options).length === 0;
        expect(accepts(OrderRequest)(plain, strict)).toBe(slow);
      }),
      { numRuns: 1_000 },
    );
  });

  test('never throws, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (plain) => {
        expect(validate(OrderRequest, plain, true)).toBeDefined();
        expect(validate(AdjustmentRequest, plain, true)).toBeDefined();
        expect(validate(Money, plain, true)).toBeDefined();
      }),
    );
  });
});

describe('free text', () => {
  test('is refused when it holds a card number, grouped or within other text', () => {
    for (const text of ['4111111111111111', 'card 4111-1111-1111-1111 please', '378282246310005']) {
      expect(holdsCardNumber(text)).toBe(true);
    }
    // Longer than any hash.
    expect(holdsCardNumber(`${'a'.repeat(60)}4111111111111111`)).toBe(true);
    for (const text of ['4111111111111112', '0000000000000000', 'order 20261123100000']) {
      expect(holdsCardNumber(text)).toBe(false);
    }
  });

  test.each([
    ['a UUID', 'c4cc5536-1244-4368-8c4f-bcdb6ae105c5'],
    ['a UUID with capitals', '40723547-4078-4EED-AC25-EB270545D7A0'],
    ['an MD5', '6f3e29a35278d71c7f65495871231324'],
    ['a SHA-256', '5d8f6cce532a7aeb57196be62344095936793400b3aeb3580d248b17d5518a86'],
  ])('may hold %s whose digits would pass for a card by chance, and no card beside it', (_, id) => {
    expect(isFreeText(`cus_${id}`, 100)).toBe(true);
    expect(isFreeText(`${id} 4111111111111111`, 100)).toBe(false);
  });

  test('may be in any script', () => {
    expect(isFreeText('煎茶 – Sencha 🍵', 64)).toBe(true);
  });
});

describe('a question', () => {
  const dead = Object.values(contracts.DEAD_LETTERS).flatMap((those) => Object.values<object>({ ...those }));
  const all: readonly object[] = [...Object.values<unknown>({ ...contracts }), ...dead].filter(isObject);
  const questions = all.filter((one): one is Rpc => 'kind' in one && one.kind === 'rpc');
  const READS = /\.(?:get|list|group|timeline|ledger|trial_balance|sales_report)(?:_\w+)?\.v\d+$/;

  test('is open to everybody only where webhooks come in, which are signed', () => {
    const open = questions.filter(({ needs }) => needs === 'open').map(({ name }) => name);
    expect(open).toEqual(['payment.webhook.v1']);
  });

  test('that changes something is for nobody who may only read', () => {
    const lax = questions.filter(
      ({ name, needs }) =>
        !READS.test(name) && Array.isArray(needs) && needs.some((scope) => scope.endsWith(':read')),
    );
    expect(questions.length).toBeGreaterThan(40);
    // Begins, or says how far it is: the gateway lets only ops:write begin.
    expect(lax.map(({ name }) => name)).toEqual(['order.rebuild_sales_report.v1']);
  });
});

describe('a message name', () => {
  test('says its owner, what it is and its version', () => {
    expect(command('stock.reserve.v1', Money).service).toBe('stock');
    expect(() => command('reserve', Money)).toThrow('<service>.<verb or fact>.v<n>');
  });
});
