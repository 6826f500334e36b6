import { OrderAdjustment, validate } from '#contracts';
import { having, MESSAGES, names, orderOf, placement, sentOf, start, tell } from '../test/world.js';

const shipping = { kind: 'shipping', name: 'Standard', amount: 490 };
const tax = { kind: 'tax', name: 'VAT', amount: 95 };
const discount = { kind: 'discount', name: 'Spring', amount: -100 };
const card = { method: 'tok_visa' };

describe('an order with adjustments', () => {
  it('charges the lines and the adjustments together, and expects that total', () => {
    const expectedTotal = { amount: 985, currency: 'EUR' };
    const run = having(
      placement(card, { adjustments: [shipping, tax, discount], expectedTotal }),
      'reserved',
    );
    expect(orderOf(run)).toMatchObject({ phase: 'charging', totalAmount: 985 });
    expect(sentOf(run, 'payment.charge.v1')).toMatchObject([{ amount: { amount: 985 } }]);
  });

  it.each([
    ['total_mismatch', { adjustments: [shipping], expectedTotal: { amount: 500, currency: 'EUR' } }],
    ['total_too_small', { adjustments: [{ ...discount, amount: -500 }] }],
    ['total_too_large', { adjustments: [{ ...shipping, amount: 1_000_000_000_000 }] }],
  ])('is rejected, and its stock released, with %s', (code, request) => {
    const run = having(placement(card, request), 'reserved');
    expect(orderOf(run)).toMatchObject({ phase: 'rejected', reason: { code } });
    expect(names(run)).toContain('stock.release.v1');
  });

  it('gives back the share of its lines in all but the shipping', () => {
    const run = having(
      placement(card, { adjustments: [shipping, tax, discount] }),
      'reserved',
      'captured',
      'fulfil',
    );
    tell(run, MESSAGES.return);
    tell(run, MESSAGES.returnBroken);
    const back = sentOf(run, 'payment.give_back.v1').map(
      ({ amount }) => (amount as { amount: number }).amount,
    );
    expect(back).toEqual([247, 248]);
  });

  it('is one without them when the list is empty', () => {
    expect(orderOf(start(placement(card, { adjustments: [] })))).not.toHaveProperty('adjustments');
  });
});

it.each([
  ['a discount that adds', { ...discount, amount: 1 }, '/amount'],
  ['shipping that takes away', { ...shipping, amount: -1 }, '/amount'],
  ['a fraction', { ...tax, amount: 0.5 }, '/amount'],
  ['more than can be counted', { ...tax, amount: 1_000_000_000_001 }, '/amount'],
  ['another kind', { ...tax, kind: 'tip' }, '/kind'],
  ['no name', { ...tax, name: '' }, '/name'],
])('refuses %s by name', (_, adjustment, pointer) => {
  expect(validate(OrderAdjustment, adjustment, true)).toMatchObject({ faults: [{ pointer }] });
});
