import {
  cancel,
  charge,
  declined,
  ok,
  outcome,
  PAY,
  refund,
  refunded,
  refundId,
  World,
} from '../test/world.js';
import { type PaymentMessage } from './messages.js';
import { viewOf } from './payment.js';
import { refundIdOf, refundView } from './refund.js';

/** Captured with 1999, and then told. */
const captured = (...told: PaymentMessage[]) => new World().tell(charge(), ok('capture'), ...told);
const amounts = ({ payment }: World) => [payment?.refundingAmount, payment?.refundedAmount];
const journals = ({ rows }: World) =>
  rows.flatMap((row) => (row.kind === 'transfer' ? [`${row.journal} ${row.amount}`] : []));
const unknown = (number: number) =>
  outcome({ operation: 'refund' }, { outcome: 'unknown', reason: 'no answer in time' }, refundId(number));

describe('a refund', () => {
  it('saves its intent before the provider is called, under its own key', () => {
    const asked = captured(refund(1, 500, { request: { ...eur(500), reason: 'damaged' } }));
    expect(asked.answers).toMatchObject([
      { refund: { id: refundId(1), status: 'requested', reason: 'damaged' }, replayed: false },
    ]);
    expect(asked.pending.at(-1)?.effect).toMatchObject({
      call: { key: `${refundId(1)}:refund`, operation: 'refund', amount: 500, chargeId: 'ch_1' },
    });
    expect([asked.status, amounts(asked), asked.refunds[0]?.nextAttemptAt]).toEqual([
      'captured',
      [500, 0],
      expect.any(String),
    ]);
  });

  it('that succeeds is posted under its own id and told, and the payment is not called refunded', () => {
    const done = captured(refund(1, 500), refunded(1, 500));
    expect([done.status, amounts(done), done.facts]).toEqual([
      'captured',
      [0, 500],
      ['payment.captured.v1', 'payment.refund_succeeded.v1'],
    ]);
    expect(journals(done)).toEqual(['capture 1999', `${refundId(1)} 500`]);
    expect(done.payment && viewOf(done.payment)).toMatchObject({
      status: 'captured',
      refundedAmount: 500,
      refundableAmount: 1_499,
    });
  });

  it('without an amount gives back all that is left', () => {
    const done = captured(refund(1, 500), refund(2));
    expect(amounts(done)).toEqual([1_999, 0]);
    expect(done.tell(refund(3)).refusals).toEqual(['payment-not-refundable']);
  });

  it('never goes beyond what is left, whether the others have succeeded or not', () => {
    const asked = captured(refund(1, 1_500), refund(2, 500));
    expect(asked.refusals).toEqual(['refund-too-large']);
    expect(asked.tell(refunded(1, 1_500), refund(3, 500), refund(4, 499)).refusals).toHaveLength(2);
    expect(amounts(asked)).toEqual([499, 1_500]);
  });

  it('that is repeated with its key is the same refund, and with another body is refused', () => {
    const asked = captured(refund(1, 500), refund(1, 500), refund(1, 600));
    expect(asked.answers).toMatchObject([
      { refund: { id: refundId(1) }, replayed: false },
      { refund: { id: refundId(1) }, replayed: true },
    ]);
    expect([asked.refusals, asked.refunds.length]).toEqual([['idempotency-key-reused'], 1]);
    expect(asked.calls.filter((call) => call === 'call refund')).toHaveLength(1);
  });

  it('in another currency is refused by name', () => {
    const dollars = { request: { amount: { amount: 500, currency: 'USD' } } };
    expect(captured(refund(1, 500, dollars)).refusals).toEqual(['validation-failed']);
  });

  it('is refused where nothing is captured', () => {
    const manual = new World().tell(charge({ capture: 'manual' }), refund(1, 1));
    manual.tell(ok('authorize'), refund(2, 1), cancel(), refund(3, 1), ok('void'), refund(4, 1));
    expect(manual.refusals).toEqual(Array(4).fill('payment-not-refundable'));
    expect(new World().tell(refund(1)).refusals).toEqual(['payment-not-found']);
  });

  it('whose outcome is not known is asked for again, once for each version', () => {
    const doubtful = captured(refund(1, 500), unknown(1));
    const [before] = doubtful.refunds;
    if (!before) throw new Error('there is no refund');
    expect(refundView(before)).toMatchObject({ status: 'unknown' });
    doubtful.refundDue(before).refundDue(before);
    expect(doubtful.calls.filter((call) => call === 'settle refund')).toHaveLength(1);
    expect(amounts(doubtful.tell(refunded(1, 500), refunded(1, 500)))).toEqual([0, 500]);
  });

  it.each([
    ['is refused', outcome({ operation: 'refund' }, { outcome: 'declined', code: 'no' }, refundId(1))],
    ['is of another amount', refunded(1, 499)],
  ])('that %s needs a person, and its amount stays reserved', (_, said) => {
    const stuck = captured(refund(1, 500), said);
    expect([stuck.status, stuck.refunds[0]?.status, stuck.alerts.length]).toEqual(['captured', 'halted', 1]);
    expect([amounts(stuck), journals(stuck)]).toEqual([[500, 0], ['capture 1999']]);
  });
});

describe('a cancel of a payment with refunds', () => {
  it('gives back exactly the rest', () => {
    const done = captured(refund(1, 500), refunded(1, 500), cancel());
    expect(done.refunds.map(({ id, amount }) => [id, amount])).toEqual([
      [refundId(1), 500],
      [refundIdOf(PAY), 1_499],
    ]);
    done.tell(ok('refund', 1_499), cancel());
    expect([done.status, amounts(done), done.facts.at(-1)]).toEqual([
      'refunded',
      [0, 1_999],
      'payment.refunded.v1',
    ]);
  });

  it('waits for those under way, in whatever order they come', () => {
    const asked = captured(refund(1, 500), refund(2, 700), cancel(), ok('refund', 799), refunded(2, 700));
    const twice = ['payment.refund_succeeded.v1', 'payment.refund_succeeded.v1'];
    expect([asked.status, asked.facts]).toEqual(['refunding', ['payment.captured.v1', ...twice]]);
    expect(asked.tell(refunded(1, 500)).facts.at(-1)).toBe('payment.refunded.v1');
    expect([asked.status, amounts(asked)]).toEqual(['refunded', [0, 1_999]]);
  });

  it('makes no refund of its own when others give back everything', () => {
    const all = captured(refund(1), cancel());
    expect([all.status, all.refunds.length]).toEqual(['refunding', 1]);
    expect(all.tell(refunded(1, 1_999)).status).toBe('refunded');
  });

  it('is done at once when everything has gone back', () => {
    const done = captured(refund(1), refunded(1, 1_999), cancel());
    expect([done.status, done.facts.at(-1)]).toEqual(['refunded', 'payment.refunded.v1']);
    expect(done.payment?.cancelledAt).not.toBeNull();
  });

  it('leaves nothing to refund for anybody else', () => {
    expect(captured(cancel(), refund(1, 1)).refusals).toEqual(['payment-not-refundable']);
  });

  it('halts when a refund is refused', () => {
    const stuck = captured(refund(1, 500), cancel(), declined('refund'));
    expect([stuck.status, stuck.alerts.length]).toEqual(['halted', 1]);
    expect(amounts(stuck.tell(refunded(1, 500)))).toEqual([1_499, 500]);
  });
});

function eur(amount: number) {
  return { amount: { amount, currency: 'EUR' } };
}
