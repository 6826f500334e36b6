import { type Stripe } from 'stripe';
import { type Operation, type ProviderCall } from '../provider.js';
import { answerOfIntent, answerOfRefund } from './answers.js';

const call = (operation: Operation, chargeId: string | null): ProviderCall => ({
  key: `pay_1:${operation}`,
  operation,
  paymentId: 'pay_1',
  chargeId,
  amount: 100,
  currency: 'EUR',
  method: 'pm_1',
});

const intent = (more: object): Stripe.PaymentIntent =>
  ({ id: 'pi_1', amount: 100, amount_received: 0, currency: 'eur', ...more }) as Stripe.PaymentIntent;

describe('an intent that is canceled', () => {
  const canceled = intent({ status: 'canceled', latest_charge: 'ch_1' });

  it.each(['authorize', 'capture'] as const)(
    'has ended what was granted, when asked about %s',
    (operation) => {
      expect(answerOfIntent(call(operation, 'pi_1'), canceled)).toEqual({ outcome: 'expired' });
    },
  );

  it('has granted nothing when nobody had heard of it before', () => {
    const declined = { outcome: 'declined', code: 'canceled' };
    expect(answerOfIntent(call('authorize', null), canceled)).toEqual(declined);
  });

  it('is voided', () => {
    expect(answerOfIntent(call('void', 'pi_1'), canceled)).toMatchObject({ outcome: 'ok', amount: 100 });
  });
});

it.each([
  ['an intent', answerOfIntent(call('capture', null), intent({ status: 'processing' }))],
  ['a refund', answerOfRefund({ status: 'pending', amount: 100, currency: 'eur' } as Stripe.Refund, 'pi_1')],
])('%s that is under way has been answered, though nobody knows what will come of it', (_, found) => {
  expect(found).toMatchObject({ outcome: 'unknown', answered: 'pending' });
});

describe('an authorization', () => {
  const granted = (latest_charge: unknown) =>
    answerOfIntent(call('authorize', null), intent({ status: 'requires_capture', latest_charge }));
  const ok = { outcome: 'ok', chargeId: 'pi_1', amount: 100, currency: 'EUR' };

  it('ends when its charge says', () => {
    const details = { card: { capture_before: 1_764_000_000 } };
    expect(granted({ payment_method_details: details })).toEqual({
      ...ok,
      expiresAt: '2025-11-24T16:00:00.000Z',
    });
  });

  it.each([
    'ch_1',
    null,
    { payment_method_details: null },
    { payment_method_details: { card: null } },
    { payment_method_details: { card: {} } },
  ])('has no end of its own when %j says none', (charge) => {
    expect(granted(charge)).toEqual(ok);
  });
});
