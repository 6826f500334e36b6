import { fromStripe, isDivisible, toStripe } from './units.js';

it.each([
  ['EUR', 1_999, 1_999],
  ['JPY', 500, 500],
  ['KWD', 5_120, 5_120],
  ['ISK', 5, 500],
  ['UGX', 5, 500],
  ['MGA', 500, 5],
])('counts as Stripe does: %s %i', (currency, ours, theirs) => {
  const sum = { amount: ours, currency };
  expect(isDivisible(sum)).toBe(true);
  expect(toStripe(sum)).toEqual({ amount: theirs, currency: currency.toLowerCase() });
  expect(fromStripe(theirs, currency.toLowerCase())).toEqual(sum);
});

it.each([
  ['BHD', 5_124],
  ['JOD', 1],
  ['KWD', 5_125],
  ['OMR', 11],
  ['TND', 99],
  ['MGA', 550],
])('knows what Stripe cannot move to the last unit: %s %i', (currency, amount) => {
  expect(isDivisible({ amount, currency })).toBe(false);
});
