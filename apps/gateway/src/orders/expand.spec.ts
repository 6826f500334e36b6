import { type OrderView } from '#contracts';
import { EXPAND, etagOfExpanded, expansionsOf, faultOfExpand } from './expand.js';

test('names what may be expanded, in any order, and nothing else', () => {
  expect(
    ['payments', 'timeline', 'timeline,payments', 'payments,payments'].every((one) => EXPAND.test(one)),
  ).toBe(true);
  expect(
    ['', ',', 'payments,', 'refunds', 'Payments', 'payments timeline'].some((one) => EXPAND.test(one)),
  ).toBe(false);
  expect(faultOfExpand('payments,refunds')).toBe('must not name "refunds": there are payments and timeline');
  expect([...expansionsOf('timeline,payments')].toSorted()).toEqual(['payments', 'timeline']);
  expect(expansionsOf(undefined).size).toBe(0);
});

test('an expanded order has another ETag as soon as anything in it differs', () => {
  const order = { id: 'ord_1', version: 5 } as OrderView;
  const tags = [order, { ...order, payments: [] }, { ...order, payments: [{ refundedAmount: 1 }] }].map(
    etagOfExpanded,
  );
  expect(new Set(tags).size).toBe(3);
  expect(tags.every((tag) => /^"5-[0-9a-f]{24}"$/.test(tag))).toBe(true);
  expect(etagOfExpanded({ ...order })).toBe(tags[0]);
});
