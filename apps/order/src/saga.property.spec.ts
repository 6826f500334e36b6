import * as fc from 'fast-check';
import {
  AFTER_HOLD,
  MESSAGES,
  type Name,
  NOW,
  names,
  orderOf,
  paid,
  SECOND,
  sentOf,
  start,
  tellIfPossible,
  unpaid,
} from '../test/world.js';

/** What stock and payment can really tell, in any order and any number of times. */
const anyHistory = fc.array(fc.constantFrom(...(Object.keys(MESSAGES) as Name[])), { maxLength: 12 });
const anyTime = fc.constantFrom(NOW, AFTER_HOLD);

describe('every order of facts', () => {
  test('keeps versions, history and totals together', () => {
    fc.assert(
      fc.property(fc.constantFrom(paid, unpaid), anyHistory, anyTime, (first, told, now) => {
        const run = start(first);
        for (const name of told) tellIfPossible(run, MESSAGES[name], now);
        const order = orderOf(run);
        expect(run.steps.map(({ version }) => version)).toEqual(run.steps.map((_, i) => i + 1));
        expect(run.steps.at(-1)).toMatchObject({ to: order.phase, version: order.version });
        if (order.totalAmount !== null) expect(order.totalAmount).toBe((order.lines[0]?.quantity ?? 0) * 250);
        expect(order.deadlineAt === null).toBe(
          ['confirmed', 'fulfilled', 'rejected', 'cancelled'].includes(order.phase),
        );
      }),
    );
  });

  test('changes nothing when a message comes again', () => {
    fc.assert(
      fc.property(fc.constantFrom(paid, unpaid), anyHistory, (first, told) => {
        const run = start(first);
        for (const name of told) {
          if (!tellIfPossible(run, MESSAGES[name])) continue;
          const before = orderOf(run);
          if (name === 'deadline' || name === 'pay') continue;
          tellIfPossible(run, MESSAGES[name]);
          expect(orderOf(run)).toEqual(before);
        }
      }),
    );
  });

  test('gives back the money and the stock of each unit at most once, and of none that is out', () => {
    fc.assert(
      fc.property(fc.constantFrom(paid, unpaid), anyHistory, (first, told) => {
        const run = start(first);
        for (const name of told) {
          // Nobody hears of a second payment before it is asked for.
          if (name.startsWith('second') && orderOf(run).payment?.id !== SECOND) continue;
          tellIfPossible(run, MESSAGES[name]);
        }
        const { phase, lines, moneyReturned, payment } = orderOf(run);
        const [line] = lines;
        if (!line) throw new Error('there is no line');
        const { fulfilledQuantity = 0, cancelledQuantity = 0, returnedQuantity = 0, quantity } = line;
        expect(fulfilledQuantity + cancelledQuantity).toBeLessThanOrEqual(quantity);
        expect(returnedQuantity).toBeLessThanOrEqual(fulfilledQuantity);
        if (fulfilledQuantity > 0) expect(['confirmed', 'fulfilled']).toContain(phase);
        if (phase === 'fulfilled') expect(fulfilledQuantity + cancelledQuantity).toBe(quantity);

        const refunds = sentOf(run, 'payment.give_back.v1');
        const refunded = refunds.reduce((sum, { amount }) => sum + (amount as { amount: number }).amount, 0);
        const owed = (cancelledQuantity + returnedQuantity) * 250;
        if (moneyReturned) expect(refunded).toBeLessThanOrEqual(owed);
        else expect(refunded).toBe(owed);
        expect(new Set(refunds.map(({ refundId }) => refundId)).size).toBe(refunds.length);
        if (refunds.length > 0)
          expect(refunds.every(({ paymentId }) => paymentId === payment?.id)).toBe(true);
        const cancelled = sentOf(run, 'payment.cancel.v1').some(({ paymentId }) => paymentId === payment?.id);
        expect(cancelled && fulfilledQuantity > 0).toBe(false);
        const restocks = sentOf(run, 'stock.give_back.v1').length;
        expect(restocks).toBeLessThanOrEqual(cancelledQuantity + returnedQuantity);
        if (restocks > 0) expect(names(run)).not.toContain('stock.release.v1');
      }),
      { numRuns: 2_000 },
    );
  });

  test('ends without money or stock kept once everything was told', () => {
    fc.assert(
      fc.property(anyHistory, (told) => {
        const run = start(paid);
        for (const name of told) tellIfPossible(run, MESSAGES[name], AFTER_HOLD);
        for (const name of ['deadline', 'deadline'] as const) tellIfPossible(run, MESSAGES[name], AFTER_HOLD);
        const { phase } = orderOf(run);
        expect(['confirmed', 'fulfilled', 'rejected', 'cancelled']).toContain(phase);
        if (phase === 'cancelled' && names(run).includes('payment.charge.v1')) {
          const declined = told.includes('declined') || told.includes('secondDeclined');
          const { moneyReturned } = orderOf(run);
          expect(declined || moneyReturned || names(run).includes('payment.cancel.v1')).toBe(true);
        }
        if (
          phase === 'cancelled' &&
          !(names(run).includes('stock.commit.v1') && told.includes('commitRefused'))
        ) {
          expect(names(run).lastIndexOf('stock.release.v1')).toBeGreaterThan(
            names(run).indexOf('stock.commit.v1'),
          );
        }
      }),
    );
  });
});
