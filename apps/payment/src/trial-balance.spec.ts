import fc from 'fast-check';
import { balances, post, type Transfer } from './ledger.js';
import { periodBalances, type Sums, totalsOf } from './trial-balance.js';

const transfers = fc.array(
  fc
    .record({ operation: fc.constantFrom('capture', 'refund'), amount: fc.integer({ min: 1, max: 1e9 }) })
    .map(({ operation, amount }) => {
      const about = {
        paymentId: 'pay_1',
        journal: operation,
        currency: 'EUR',
        at: '2026-11-23T10:00:00.000Z',
      };
      return post(operation, { ...about, amount });
    }),
);

/** As the database adds them up. */
function sumsOf(posted: readonly Transfer[]): Sums[] {
  const sums = new Map<string, Sums>();
  const add = (account: Sums['account'], debit: number, credit: number): void => {
    const sum = sums.get(account) ?? { account, currency: 'EUR', debit: 0, credit: 0 };
    sums.set(account, { ...sum, debit: sum.debit + debit, credit: sum.credit + credit });
  };
  for (const { debit, credit, amount } of posted) {
    add(debit, amount, 0);
    add(credit, 0, amount);
  }
  return [...sums.values()];
}

it('is zero in every currency, whatever was posted', () => {
  fc.assert(
    fc.property(transfers, (posted) => {
      for (const { balance, debit, credit } of totalsOf(sumsOf(posted))) {
        expect([balance, debit]).toEqual([0, credit]);
      }
    }),
  );
});

it('opens a period with what came before it, and closes it with all', () => {
  fc.assert(
    fc.property(transfers, transfers, (early, late) => {
      const found = periodBalances(sumsOf(early), sumsOf([...early, ...late]));
      for (const { account, opening, closing } of found) {
        expect([opening, closing]).toEqual([
          balances(early)[account],
          balances([...early, ...late])[account],
        ]);
      }
    }),
  );
});
