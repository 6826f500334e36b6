import { orderInvariants } from '../../../apps/order/src/invariants.store.js';
import { paymentInvariants } from '../../../apps/payment/src/invariants.store.js';
import { stockInvariants } from '../../../apps/stock/src/invariants.store.js';
import { locationInvariants } from '../../../apps/stock/src/location-invariants.store.js';
import { orderLaws } from './order.js';
import { paymentLaws } from './payment.js';
import { stockLaws } from './stock.js';

const namesOf = (rules: readonly { readonly id: string; readonly name: string }[]): string[] =>
  [...new Set(rules.map(({ id, name }) => `${id} ${name}`))].sort();

/** What is not in the simulation, or is another law of it by construction. */
const WITHOUT: readonly string[] = [
  // Everything lies in `main`.
  ...namesOf(locationInvariants),
  // Nobody changes prices or imports.
  'A10 the price of a product is the last one that was kept',
  'A11 an import has every chunk that it counts',
  // Sums over all payments of what the laws say of each.
  'A1 the trial balance is zero in every currency',
  'A1 the balance of each account is what the payments say',
  // Nobody closes hours.
  'A1 what an hour of the ledger says is the sum of the postings in it that are closed',
];

it.each([
  ['order', orderInvariants, orderLaws],
  ['payment', paymentInvariants, paymentLaws],
  ['stock', stockInvariants, stockLaws],
])('knows every invariant of %s by its name', (_, invariants, laws) => {
  const expected = namesOf(invariants).filter((name) => !WITHOUT.includes(name));
  expect(namesOf(laws).filter((name) => name !== 'Q2 the outbox is drained')).toEqual(
    expected.filter((name) => name !== 'Q2 the outbox is drained'),
  );
});
