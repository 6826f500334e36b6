import fc from 'fast-check';
import { type Booked, differences, withOthers } from './differences.js';
import { type Movement } from './provider.js';

const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 23, hour));
const PERIOD = { from: at(10), to: at(12) };

const booked = (more: Partial<Booked> = {}): Booked => ({
  paymentId: 'pay_1',
  operation: 'capture',
  journal: 'capture',
  amount: 100,
  currency: 'EUR',
  at: at(11),
  ...more,
});
const moved = (more: Partial<Movement> = {}): Movement => ({
  paymentId: 'pay_1',
  operation: 'capture',
  key: 'pay_1:capture',
  amount: 100,
  currency: 'EUR',
  at: at(11),
  ...more,
});
const between = (ours: Booked[], theirs: Movement[], unsettled: string[] = []) =>
  differences({ ours, theirs }, PERIOD, new Set(unsettled)).map(
    ({ what, ours: we, theirs: they }) => `${what}: ${we} ≠ ${they}`,
  );
const refund = { operation: 'refund', journal: 'ref_1' } as const;

it('finds none where both say the same, though at another time', () => {
  expect(between([booked()], [moved()])).toEqual([]);
  expect(between([booked({ at: at(13) })], [moved()])).toEqual([]);
  expect(between([booked()], [moved({ at: at(3) })])).toEqual([]);
});

it.each([
  ['only we know', [booked()], [], ['pay_1:capture: 100 EUR ≠ null']],
  ['only the provider knows', [], [moved()], ['pay_1:capture: null ≠ 100 EUR']],
  ['has another amount', [booked()], [moved({ amount: 99 })], ['pay_1:capture: 100 EUR ≠ 99 EUR']],
  ['has another currency', [booked()], [moved({ currency: 'USD' })], ['pay_1:capture: 100 EUR ≠ 100 USD']],
  ['the provider took twice', [booked()], [moved(), moved()], ['pay_1:capture: 100 EUR ≠ 200 EUR']],
  ['is a refund that it did not make', [booked(refund)], [], ['ref_1:refund: 100 EUR ≠ null']],
  [
    'somebody gave back past us',
    [booked()],
    [moved(), moved({ operation: 'refund', key: null })],
    ['pay_1:refund past us: null ≠ 100 EUR'],
  ],
])('names what %s', (_, ours, theirs, found) => {
  expect(between(ours, theirs)).toEqual(found);
});

it('takes a refund that failed after all for none', () => {
  const failed = { operation: 'refund', key: 'ref_1:refund' } as const;
  expect(between([], [moved(failed), moved({ ...failed, amount: -100 })])).toEqual([]);
});

it('leaves out what has moved at another time, and what is not settled yet', () => {
  expect(between([booked({ at: at(12) })], [])).toEqual([]);
  expect(between([], [moved({ at: at(9) })])).toEqual([]);
  expect(between([], [moved()], ['pay_1'])).toEqual([]);
});

it('finds exactly what was left out or changed, whatever else there is', () => {
  const payments = fc.uniqueArray(fc.nat(1_000), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(payments, fc.nat(), fc.constantFrom('lost', 'changed', 'unheard of'), (ids, pick, how) => {
      const ours = ids.map((id) => booked({ paymentId: `pay_${id}`, amount: id + 1 }));
      const theirs = ids.map((id) =>
        moved({ paymentId: `pay_${id}`, key: `pay_${id}:capture`, amount: id + 1 }),
      );
      const odd = pick % ids.length;
      if (how === 'unheard of') ours.splice(odd, 1);
      else if (how === 'lost') theirs.splice(odd, 1);
      else theirs[odd] = { ...(theirs[odd] as Movement), amount: 5_000 };
      const found = differences({ ours, theirs }, PERIOD, new Set());
      expect(found.map(({ paymentId }) => paymentId)).toEqual([`pay_${ids[odd]}`]);
    }),
  );
});

it('has each of ours once, and does not look through all of them for each', () => {
  let looks = 0;
  const many = (from: number) =>
    Array.from({ length: 100 }, (_, i) => {
      const paymentId = `pay_${String(from + i).padStart(26, '0')}`;
      const get = (): string => {
        looks++;
        return paymentId;
      };
      return Object.defineProperty(booked({}), 'paymentId', { get });
    });
  const ours = withOthers(many(0), many(50));
  expect(looks).toBe(200);
  expect(new Set(ours.map(({ paymentId }) => paymentId)).size).toBe(150);
  expect(ours).toHaveLength(150);
});
