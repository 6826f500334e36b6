import * as fc from 'fast-check';
import { share } from './share.js';

const amounts = fc.integer({ min: 0, max: 1_000_000_000_000 });
const weights = fc
  .array(amounts, { minLength: 1, maxLength: 100 })
  .filter((list) => list.some((weight) => weight > 0));

it('gives away all of it, and to each what is due, give or take one', () => {
  fc.assert(
    fc.property(amounts, weights, (amount, list) => {
      const shares = share(amount, list);
      expect(shares.reduce((sum, own) => sum + own, 0)).toBe(amount);
      const total = list.reduce((sum, weight) => sum + weight, 0);
      shares.forEach((own, i) => {
        expect(own).toBeGreaterThanOrEqual(0);
        const due = (amount * (list[i] as number)) / total;
        expect(Math.abs(own - due)).toBeLessThanOrEqual(1 + due * 1e-9);
      });
    }),
  );
});

it('gives each its whole weight when all of it is given', () => {
  fc.assert(
    fc.property(weights, (list) => {
      const total = list.reduce((sum, weight) => sum + weight, 0);
      expect(share(total, list)).toEqual(list);
    }),
  );
});

test.each([
  [0, [1, 2], [0, 0]],
  [100, [1, 1, 1], [33, 33, 34]],
  [1, [1, 0], [1, 0]],
])('shares %i by %j as %j', (amount, list, shares) => {
  expect(share(amount, list)).toEqual(shares);
});
