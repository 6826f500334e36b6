import {
  cancel,
  capture,
  charge,
  collect,
  giveBack,
  ok,
  PAY,
  refund,
  refunded,
  refundId,
  release,
  World,
} from '../test/world.js';
import { type PaymentMessage } from './messages.js';
import { refundIdOf } from './refund.js';

const captured = (...told: PaymentMessage[]) => new World().tell(charge(), ok('capture'), ...told);
const authorized = (...told: PaymentMessage[]) =>
  new World().tell(charge({ capture: 'manual' }), ok('authorize'), ...told);
const amounts = ({ payment }: World) => [payment?.refundingAmount, payment?.refundedAmount];

describe('what an order wants back', () => {
  it('is refunded under the id that the order gave it, once', () => {
    const asked = captured(giveBack(1, 500), giveBack(1, 500), refunded(1, 500), giveBack(1, 500));
    expect([amounts(asked), asked.calls.filter((call) => call === 'call refund')]).toEqual([
      [0, 500],
      ['call refund'],
    ]);
    expect(asked.refunds).toMatchObject([{ id: refundId(1), reason: 'returned', key: null }]);
    expect(asked.facts).toEqual(['payment.captured.v1', 'payment.refund_succeeded.v1']);
  });

  it('is at most what is left, and nothing when nothing is', () => {
    expect(amounts(captured(refund(1, 1_500), giveBack(2, 800)))).toEqual([1_999, 0]);
    expect(captured(refund(1), giveBack(2, 800)).refunds).toHaveLength(1);
    expect(captured(refund(1), giveBack(2, 800)).refusals).toEqual([]);
  });

  it('waits for a capture, and begins with it', () => {
    const asked = authorized(giveBack(1, 500), collect(), giveBack(2, 700), giveBack(1, 500));
    expect([asked.refunds, asked.payment?.waitingRefunds?.length]).toEqual([[], 2]);
    asked.tell(ok('capture'));
    expect([amounts(asked), asked.payment?.waitingRefunds]).toEqual([[1_200, 0], null]);
    asked.tell(refunded(2, 700), refunded(1, 500), giveBack(1, 500));
    expect([asked.status, amounts(asked)]).toEqual(['captured', [0, 1_200]]);
  });

  it('is cut to what was captured when that is less', () => {
    expect(amounts(authorized(capture(600), giveBack(1, 500), giveBack(2, 500), ok('capture', 600)))).toEqual(
      [600, 0],
    );
  });

  it('needs no part when the whole goes back', () => {
    const cancelled = captured(cancel(), giveBack(1, 500), ok('refund'), giveBack(2, 500));
    expect([cancelled.status, cancelled.refunds.map(({ id }) => id)]).toEqual([
      'refunded',
      [refundIdOf(PAY)],
    ]);
    const voided = authorized(giveBack(1, 500), release(), ok('void'), giveBack(2, 500));
    expect([voided.status, voided.refunds, voided.payment?.waitingRefunds]).toEqual(['voided', [], null]);
  });

  it('is a defect before anything is set aside', () => {
    expect(() => new World().tell(giveBack(1, 1))).toThrow('does not exist');
    expect(() => new World().tell(charge(), giveBack(1, 1))).toThrow('requested');
  });
});
