import { type Stripe } from 'stripe';
import {
  type Answer,
  type Found,
  type Movement,
  type Period,
  type Provider,
  type ProviderCall,
  type ProviderLedger,
} from '../provider.js';
import { answerOfIntent, answerOfRefund, toStripe } from './answers.js';
import { createdAt } from './created-at.js';
import { movementIn } from './movements.js';
import { isOfAnotherState, reasonOf, refusalIn } from './refusals.js';
import { stripeSdk } from './sdk.js';

export interface StripeOptions {
  readonly secretKey: string;
  readonly baseUrl: string;
  readonly timeoutMs: number;
}

/** The clocks of two machines, and the second that Stripe rounds to. */
const SKEW_S = 300;
const PAGE = 100;
/** Of intents to look through for one whose id was lost. Beyond that it stays unknown: nobody may say that it is not there. */
const MAX_PAGES = 100;

/**
 * Stripe through its own SDK. The charge id is that of the payment intent. Every call carries our key; Stripe gives the
 * same answer to the same key for at least 24 hours, and after that the intent itself is what a repeat finds.
 */
export class StripeProvider implements Provider, ProviderLedger {
  constructor(private readonly stripe: Stripe) {}

  static open({ secretKey, baseUrl, timeoutMs }: StripeOptions): StripeProvider {
    const { protocol, hostname, port } = new URL(baseUrl);
    const stripe = new (stripeSdk())(secretKey, {
      protocol: protocol === 'http:' ? 'http' : 'https',
      host: hostname,
      port: port || (protocol === 'http:' ? 80 : 443),
      timeout: timeoutMs,
      // Asking again is decided where the intent is kept.
      maxNetworkRetries: 0,
      telemetry: false,
    });
    return new StripeProvider(stripe);
  }

  async perform(call: ProviderCall, signal: AbortSignal): Promise<Answer> {
    try {
      return settled(await this.carryOut(call, signal));
    } catch (error) {
      const refusal = refusalIn(error);
      if (!refusal) return { outcome: 'unknown', reason: reasonOf(error) };
      if (!isOfAnotherState(error)) return settled(refusal);
      const found = await this.get(call);
      return found.outcome === 'absent' ? settled(refusal) : found;
    }
  }

  async get(call: ProviderCall): Promise<Found> {
    try {
      return await this.find(call);
    } catch (error) {
      return { outcome: 'unknown', reason: reasonOf(error) };
    }
  }

  /** By the balance: what has moved money, when it did. */
  async movements({ from, to }: Period): Promise<Movement[]> {
    const created = { gte: Math.floor(from.getTime() / 1_000), lt: Math.ceil(to.getTime() / 1_000) };
    const expand = ['data.source', 'data.source.payment_intent'];
    const found: Movement[] = [];
    for await (const one of this.stripe.balanceTransactions.list({ created, expand, limit: PAGE })) {
      const movement = movementIn(one);
      if (movement) found.push(movement);
    }
    return found;
  }

  private async carryOut(call: ProviderCall, signal: AbortSignal): Promise<Found> {
    const { key, operation, paymentId, chargeId } = call;
    const { amount } = toStripe(call);
    const { paymentIntents, refunds } = this.stripe;
    const once = { idempotencyKey: key };
    if (chargeId === null) return answerOfIntent(call, await this.charge(call, signal));
    switch (operation) {
      case 'authorize':
      case 'capture':
        return answerOfIntent(
          call,
          await paymentIntents.capture(chargeId, { amount_to_capture: amount }, once),
        );
      case 'void':
        return answerOfIntent(call, await paymentIntents.cancel(chargeId, {}, once));
      case 'refund': {
        const about = { payment_intent: chargeId, amount, metadata: { paymentId, key } };
        return answerOfRefund(await refunds.create(about, once), chargeId);
      }
    }
  }

  /** Sets money aside or takes it at once. Nobody is there to be asked: a card that wants its owner declines. */
  private async charge(call: ProviderCall, signal: AbortSignal): Promise<Stripe.PaymentIntent> {
    const { key, operation, paymentId } = call;
    const payment_method = await this.methodOf(call);
    // Whoever waited for this has been told "unknown": nothing may be taken behind their back.
    signal.throwIfAborted();
    return this.stripe.paymentIntents.create(
      {
        ...toStripe(call),
        capture_method: operation === 'authorize' ? 'manual' : 'automatic',
        confirm: true,
        off_session: true,
        payment_method,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        metadata: { paymentId, key },
      },
      { idempotencyKey: key },
    );
  }

  /** A payment method is used as it is; a token of a card becomes one, under a key of its own. */
  private async methodOf({ key, method }: ProviderCall): Promise<string> {
    if (!method.startsWith('tok_')) return method;
    const asked = { type: 'card', card: { token: method } } as const;
    return (await this.stripe.paymentMethods.create(asked, { idempotencyKey: `${key}:method` })).id;
  }

  private async find(call: ProviderCall): Promise<Found> {
    const { key, operation, chargeId, paymentId } = call;
    if (chargeId === null) {
      const intent = await this.intentOf(paymentId);
      return intent ? answerOfIntent(call, intent) : { outcome: 'absent' };
    }
    if (operation !== 'refund')
      return answerOfIntent(call, await this.stripe.paymentIntents.retrieve(chargeId));
    for await (const refund of this.stripe.refunds.list({ payment_intent: chargeId, limit: PAGE })) {
      if (refund.metadata?.key === key) return answerOfRefund(refund, chargeId);
    }
    return { outcome: 'absent' };
  }

  /**
   * The intent of a payment whose id never reached us. Stripe's search would take one call, but what was just made is not
   * in it yet; the list is always up to date. It starts with the newest and ends where our payment began.
   */
  private async intentOf(paymentId: string): Promise<Stripe.PaymentIntent | undefined> {
    const gte = Math.floor(createdAt(paymentId).getTime() / 1_000) - SKEW_S;
    let seen = 0;
    for await (const intent of this.stripe.paymentIntents.list({ created: { gte }, limit: PAGE })) {
      if (intent.metadata.paymentId === paymentId) return intent;
      if (++seen === MAX_PAGES * PAGE) throw new RangeError('too many intents to look through');
    }
    return undefined;
  }
}

function settled(found: Found): Answer {
  return found.outcome === 'absent'
    ? { outcome: 'unknown', reason: 'stripe: it has not happened yet' }
    : found;
}
