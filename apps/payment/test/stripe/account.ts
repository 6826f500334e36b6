import { behaviourOf, TOKENS } from '../../src/sandbox/tokens.js';
import { type Params, partIn, textIn } from './form.js';
import { StripeRefusal } from './refusal.js';

interface Intent {
  readonly id: string;
  readonly object: 'payment_intent';
  readonly created: number;
  readonly amount: number;
  readonly currency: string;
  readonly capture_method: string;
  readonly payment_method: string | null;
  readonly metadata: Params;
  readonly latest_charge: string;
  status: 'requires_capture' | 'succeeded' | 'canceled' | 'requires_payment_method' | 'processing';
  amount_capturable: number;
  amount_received: number;
  last_payment_error: object | null;
  cancellation_reason: 'automatic' | null;
}

interface Refund {
  readonly id: string;
  readonly object: 'refund';
  readonly created: number;
  readonly amount: number;
  readonly currency: string;
  readonly payment_intent: string;
  readonly charge: string;
  status: 'succeeded' | 'failed';
  failure_reason?: string;
  readonly metadata: Params;
}

interface BalanceTransaction {
  readonly id: string;
  readonly object: 'balance_transaction';
  readonly type: 'charge' | 'refund' | 'refund_failure';
  readonly created: number;
  readonly amount: number;
  readonly currency: string;
  readonly source: string;
}

/** Of a card of Visa whose owner is not there: 4 days and 18 hours. */
const HOLD_S = 114 * 3_600;

/** The money in a Stripe account, as far as the subset goes that Waybill uses. Times in seconds, newest object last. */
export class StripeAccount {
  readonly intents = new Map<string, Intent>();
  readonly refunds = new Map<string, Refund>();
  readonly transactions = new Map<string, BalanceTransaction>();
  private readonly tokenOf = new Map<string, string>();
  /** What is charged now is under way for a while, as it is with some methods: until it is settled. */
  takesTime = false;
  private ids = 0;

  createMethod(params: Params): object {
    const token = textIn(partIn(params, 'card'), 'token');
    if (!TOKENS.has(token))
      throw new StripeRefusal('resource_missing', 'card[token]', `No such token: '${token}'`);
    const id = this.newId('pm');
    this.tokenOf.set(id, token);
    return { id, object: 'payment_method', type: 'card' };
  }

  /** The test token behind a payment method: it says what becomes of it. */
  tokenBehind(params: Params): string | undefined {
    return this.tokenOf.get(textIn(params, 'payment_method'));
  }

  createIntent(params: Params): Intent {
    const token = this.tokenBehind(params);
    if (!token) throw new StripeRefusal('resource_missing', 'payment_method', 'No such PaymentMethod');
    const amount = Number(params.amount);
    const isManual = params.capture_method === 'manual';
    const { outcome } = behaviourOf(token);
    const isDeclined = outcome.is === 'declined';
    const id = this.newId('pi');
    const intent: Intent = {
      id,
      object: 'payment_intent',
      created: nowInSeconds(),
      amount,
      currency: textIn(params, 'currency'),
      capture_method: textIn(params, 'capture_method'),
      payment_method: isDeclined ? null : textIn(params, 'payment_method'),
      metadata: partIn(params, 'metadata'),
      latest_charge: this.newId('ch'),
      status: isDeclined ? 'requires_payment_method' : isManual ? 'requires_capture' : 'succeeded',
      amount_capturable: isManual && !isDeclined ? amount : 0,
      amount_received: isManual || isDeclined ? 0 : amount,
      last_payment_error: null,
      cancellation_reason: null,
    };
    this.intents.set(id, intent);
    if (this.takesTime) return Object.assign(intent, { status: 'processing' as const, amount_received: 0 });
    if (intent.amount_received > 0)
      this.post('charge', intent.latest_charge, intent.amount_received, intent.currency);
    if (outcome.is === 'declined') throw this.decline(intent, outcome.code);
    return intent;
  }

  settle(id: string): void {
    const intent = this.intent(id);
    Object.assign(intent, { status: 'succeeded', amount_received: intent.amount });
    this.post('charge', intent.latest_charge, intent.amount, intent.currency);
  }

  capture(id: string, params: Params): object {
    const intent = this.intent(id);
    if (intent.status !== 'requires_capture') throw unexpectedState(intent, 'captured');
    const amount = Number(params.amount_to_capture ?? intent.amount_capturable);
    if (amount > intent.amount_capturable) {
      throw new StripeRefusal('amount_too_large', 'amount_to_capture', 'more than is authorized');
    }
    Object.assign(intent, { status: 'succeeded', amount_capturable: 0, amount_received: amount });
    this.post('charge', intent.latest_charge, amount, intent.currency);
    return intent;
  }

  cancel(id: string): object {
    const intent = this.intent(id);
    if (intent.status === 'succeeded' || intent.status === 'canceled')
      throw unexpectedState(intent, 'canceled');
    return Object.assign(intent, { status: 'canceled', amount_capturable: 0 });
  }

  /** As Stripe does when nobody has captured it in time. */
  endAuthorization(id: string): void {
    Object.assign(this.intent(id), {
      status: 'canceled',
      amount_capturable: 0,
      cancellation_reason: 'automatic',
    });
  }

  refund(params: Params): object {
    const intent = this.intent(textIn(params, 'payment_intent'));
    const amount = Number(params.amount);
    const refunded = this.refundsOf(intent.id).reduce((sum, one) => sum + one.amount, 0);
    if (refunded > 0 && refunded === intent.amount_received) {
      throw new StripeRefusal('charge_already_refunded', undefined, 'Charge has already been refunded.');
    }
    if (amount > intent.amount_received - refunded) {
      throw new StripeRefusal(
        undefined,
        'amount',
        'Refund amount is greater than unrefunded amount on charge',
      );
    }
    const refund: Refund = {
      id: this.newId('re'),
      object: 'refund',
      created: nowInSeconds(),
      amount,
      currency: intent.currency,
      payment_intent: intent.id,
      charge: intent.latest_charge,
      status: 'succeeded',
      metadata: partIn(params, 'metadata'),
    };
    this.refunds.set(refund.id, refund);
    this.post('refund', refund.id, -amount, refund.currency);
    return refund;
  }

  /** As when the bank sends it back, days later. */
  failRefund(id: string): Refund {
    const refund = this.refunds.get(id);
    if (!refund) throw new Error(`there is no refund ${id}`);
    this.post('refund_failure', id, refund.amount, refund.currency);
    return Object.assign(refund, { status: 'failed' as const, failure_reason: 'lost_or_stolen_card' });
  }

  intent(id: string): Intent {
    const intent = this.intents.get(id);
    if (!intent)
      throw new StripeRefusal('resource_missing', 'intent', `No such payment_intent: '${id}'`, 404);
    return intent;
  }

  refundsOf(intentId: string): Refund[] {
    return [...this.refunds.values()].filter((refund) => refund.payment_intent === intentId);
  }

  /** With its source in full, and the intent in that: as Stripe answers to `expand[]=data.source.payment_intent`. */
  expanded(transaction: BalanceTransaction): object {
    const refund = this.refunds.get(transaction.source);
    if (refund)
      return { ...transaction, source: { ...refund, payment_intent: this.intent(refund.payment_intent) } };
    const intent = [...this.intents.values()].find(
      ({ latest_charge }) => latest_charge === transaction.source,
    );
    if (!intent) throw new Error(`${transaction.id} has no source`);
    const { latest_charge: id, amount, currency, metadata, amount_received: amount_captured } = intent;
    const charge = {
      id,
      object: 'charge',
      amount,
      amount_captured,
      currency,
      metadata,
      payment_intent: intent,
    };
    return { ...transaction, source: charge };
  }

  /** With its charge in full: as Stripe answers to `expand[]=latest_charge`. */
  withCharge(intent: Intent): object {
    const { latest_charge: id, created } = intent;
    const card = { capture_before: created + HOLD_S };
    const details = { type: 'card', ...(intent.capture_method === 'manual' && { card }) };
    return { ...intent, latest_charge: { id, object: 'charge', payment_method_details: details } };
  }

  private decline(intent: Intent, code: string): StripeRefusal {
    const isCode = code === 'insufficient_funds';
    const error = {
      code: 'card_declined',
      decline_code: isCode ? code : 'generic_decline',
      message: 'Your card was declined.',
      type: 'card_error',
    };
    intent.last_payment_error = error;
    return StripeRefusal.ofCard({ ...error, payment_intent: { ...intent } });
  }

  private post(type: BalanceTransaction['type'], source: string, amount: number, currency: string): void {
    const id = this.newId('txn');
    const created = nowInSeconds();
    this.transactions.set(id, { id, object: 'balance_transaction', type, created, amount, currency, source });
  }

  private newId(prefix: string): string {
    return `${prefix}_standin${String(++this.ids).padStart(12, '0')}`;
  }
}

function unexpectedState(intent: Intent, action: string): StripeRefusal {
  const message = `This PaymentIntent could not be ${action} because it has a status of ${intent.status}.`;
  return new StripeRefusal('payment_intent_unexpected_state', undefined, message);
}

const nowInSeconds = (): number => Math.floor(Date.now() / 1_000);
