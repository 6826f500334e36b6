import { balances, post } from './ledger.js';

const journal = {
  paymentId: 'pay_1',
  journal: 'capture',
  amount: 1_999,
  currency: 'EUR',
  at: '2026-11-23T10:00:00.000Z',
};

it('debits what it credits', () => {
  const sums = balances([
    post('capture', journal),
    post('refund', { ...journal, journal: 'ref_1', amount: 500 }),
  ]);
  expect(sums).toEqual({ provider_clearing: 1_499, sales: -1_999, refunds: 500 });
  expect(Object.values(sums).reduce((sum, balance) => sum + balance)).toBe(0);
});

it.each([0, -1, 0.5, Number.NaN, 2 ** 53])('does not move %p', (amount) => {
  expect(() => post('capture', { ...journal, amount })).toThrow('positive integer');
});
