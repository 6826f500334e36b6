import { type Stripe } from 'stripe';
import { type Money } from '#contracts';
import {
  type Answer,
  type Found,
  type Movement,
  type Period,
  type Provider,
  type ProviderCall,
  type ProviderLedger,
} from '../provider.js';
import { answerOfIntent, answerOfRefund, pending } from './answers.js';
import { createdAt } from './created-at.js';
import { movementIn } from './movements.js';
import { isOfAnotherState, isSpent, reasonOf, refusalIn } from './refusals.js';
import { stripeSdk } from './sdk.js';
import { isDivisible, toStripe } from './units.js';

export interface StripeOptions {
  readonly secretKey: string;
  readonly baseUrl: string;
  readonly timeoutMs: number;
}

/** The clocks of two machines, the second that Stripe rounds to, and a call that is on its way when its payment is cancelled. */
const SKEW_S = 300;
const PAGE = 100;
/** Of intents to look through for one whose id was lost. Beyond that it stays unknown: nobody may say that it is not there. */
const MAX_PAGES = 100;
/** Stripe keeps a key for 24 hours at least. An hour is for clocks, and for a call that is long on its way. */
const KEY_KEPT_MS = 23 * 3_600_000;

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
      if (!refusal) return doubt(error);
      if (!isOfAnotherState(error)) return settled(refusal);
      const found = await this.get(call, signal);
      return found.outcome === 'absent' ? settled(refusal) : found;
    }
  }

  async get(call: ProviderCall, signal: AbortSignal): Promise<Found> {
    try {
      return await this.find(call, signal);
    } catch (error) {
      return doubt(error);
    }
  }

  /** A payment is older than the first call for it, and so is its key. */
  whenLost({ chargeId, paymentId }: ProviderCall): 'repeat' | 'search' | undefined {
    if (chargeId !== null) return undefined;
    return Date.now() - createdAt(paymentId).getTime() < KEY_KEPT_MS ? 'repeat' : 'search';
  }

  canMove(money: Money): boolean {
    return isDivisible(money);
  }

  /** By the balance: what has moved money, when it did. */
  async movements({ from, to }: Period, signal: AbortSignal): Promise<Movement[]> {
    const created = { gte: Math.floor(from.getTime() / 1_000), lt: Math.ceil(to.getTime() / 1_000) };
    const expand = ['data.source', 'data.source.payment_intent'];
    const found: Movement[] = [];
    for await (const one of this.stripe.balanceTransactions.list({ created, expand, limit: PAGE })) {
      signal.throwIfAborted();
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
    // A void names no amount. What Stripe would refuse with a code of its own is refused under one name, and not sent.
    if (operation !== 'void' && !this.canMove(call))
      return { outcome: 'declined', code: 'amount_indivisible' };
    if (chargeId === null) {
      const intent = await this.charge(call, signal);
      const answer = answerOfIntent(call, intent);
      // The key will say so for a day, also when it has long gone on.
      return answer.outcome === 'unknown'
        ? answerOfIntent(call, await this.intentWith(call, intent.id))
        : answer;
    }
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
        ...(operation === 'authorize' && { expand: ['latest_charge'] }),
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

  /** Until when an authorization stands is said by its charge. */
  private intentWith({ operation }: ProviderCall, id: string): Promise<Stripe.PaymentIntent> {
    const expand = operation === 'authorize' ? ['latest_charge'] : [];
    return this.stripe.paymentIntents.retrieve(id, { expand });
  }

  private async find(call: ProviderCall, signal: AbortSignal): Promise<Found> {
    const { key, operation, chargeId } = call;
    if (chargeId === null) {
      const intent = await this.intentOf(call, signal);
      return intent ? answerOfIntent(call, intent) : { outcome: 'absent' };
    }
    if (operation !== 'refund') return answerOfIntent(call, await this.intentWith(call, chargeId));
    for await (const refund of this.stripe.refunds.list({ payment_intent: chargeId, limit: PAGE })) {
      if (refund.metadata?.key === key) return answerOfRefund(refund, chargeId);
    }
    return { outcome: 'absent' };
  }

  /**
   * The intent of a payment whose id never reached us. Stripe's search would take one call, but what was just made is not
   * in it yet; the list is always up to date. It starts with the newest, or where the last call was over, and ends where our
   * payment began.
   */
  private async intentOf(
    { paymentId, operation, begunBefore }: ProviderCall,
    signal: AbortSignal,
  ): Promise<Stripe.PaymentIntent | undefined> {
    const gte = Math.floor(createdAt(paymentId).getTime() / 1_000) - SKEW_S;
    const lte = begunBefore === undefined ? undefined : Math.ceil(Date.parse(begunBefore) / 1_000) + SKEW_S;
    const created = { gte, ...(lte !== undefined && { lte }) };
    const expand = operation === 'authorize' ? ['data.latest_charge'] : [];
    let seen = 0;
    for await (const intent of this.stripe.paymentIntents.list({ created, expand, limit: PAGE })) {
      if (intent.metadata.paymentId === paymentId) return intent;
      // The SDK takes no signal: between two pages at the latest nobody waits for this any more.
      signal.throwIfAborted();
      if (++seen === MAX_PAGES * PAGE) throw new RangeError('too many intents to look through');
    }
    return undefined;
  }
}

function doubt(error: unknown): Answer {
  const reason = reasonOf(error);
  return { outcome: 'unknown', reason, ...(isSpent(error) && { answered: 'spent' }) };
}

function settled(found: Found): Answer {
  return found.outcome === 'absent' ? pending('it has not happened yet') : found;
}
