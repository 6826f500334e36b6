import { type Money } from '#contracts';

/**
 * `authorize` sets money aside; `capture` takes it, all or a part, and releases the rest. Without an authorization
 * before it, `capture` takes at once. `void` lets go of what was set aside, `refund` gives back what was taken.
 */
export const OPERATIONS = ['authorize', 'capture', 'void', 'refund'] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface ProviderCall {
  /** `${paymentId}:${operation}`, or `${refundId}:refund`. The provider carries out each key once, however often it is called. */
  readonly key: string;
  readonly operation: Operation;
  readonly paymentId: string;
  /** What was authorized or taken before, if anything: what this captures, voids or refunds. */
  readonly chargeId: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
  /** Nobody has begun it later than this, where that is known: what is cancelled is not called again. */
  readonly begunBefore?: string;
}

export type Answer =
  | {
      readonly outcome: 'ok';
      readonly chargeId: string;
      readonly amount: number;
      readonly currency: string;
      /** Of an authorization: when the provider lets go of it by itself. */
      readonly expiresAt?: string;
    }
  | { readonly outcome: 'declined'; readonly code: string }
  /** The customer has a step to take at `url` first. Ask again, or wait to be told; `void` calls it off. */
  | {
      readonly outcome: 'action';
      readonly chargeId: string;
      readonly url: string;
      readonly expiresAt: string;
    }
  /** What was authorized has been let go of, for nobody came for it in time; or somebody has done so past us. */
  | { readonly outcome: 'expired' }
  /** It may have happened or not. Never a failure: only a reason to ask again. */
  | {
      readonly outcome: 'unknown';
      readonly reason: string;
      /**
       * The provider has answered all the same. `pending`: it is not done yet. `spent`: its key says no more than this,
       * however often it is called, and only `get` can tell.
       */
      readonly answered?: 'pending' | 'spent';
    };

export type Found = Answer | { readonly outcome: 'absent' };

/** A sum that has moved, by the provider's own books. */
export interface Movement {
  readonly paymentId: string;
  readonly operation: 'capture' | 'refund';
  /** Under which we have asked for it; null when somebody has moved it past us. */
  readonly key: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly at: Date;
}

/** `to` is not part of it. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** The provider's own ledger: what ours is compared with. */
export abstract class ProviderLedger {
  /**
   * Every movement of a payment of ours in that time, in no order. Throws when it cannot tell all of them, or when nobody
   * waits for them any more.
   */
  abstract movements(period: Period, signal: AbortSignal): Promise<Movement[]>;
}

/** The outside world. An adapter that throws has answered "unknown"; one that ignores `signal` is not waited for. */
export abstract class Provider {
  abstract perform(call: ProviderCall, signal: AbortSignal): Promise<Answer>;
  /** What became of an earlier call with this key; absent when the provider has not heard of it, yet. */
  abstract get(call: ProviderCall, signal: AbortSignal): Promise<Found>;
  /**
   * What to do about a call whose answer was lost, and with it the id to ask by. `repeat`: its key is still answered as the
   * first time. `search`: it is not, or nothing may be done any more, and `get` takes long. Without it `get` is as quick as any call.
   */
  readonly whenLost?: (call: ProviderCall) => 'repeat' | 'search' | undefined;
  /** Whether it moves so much money to the last unit; without this, it moves any. */
  readonly canMove?: (money: Money) => boolean;
}
