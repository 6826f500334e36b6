import { type Found } from '../provider.js';
import { declinedBy } from './answers.js';

/** The fields of the SDK's errors that are looked at. */
interface Failure {
  readonly type: string;
  readonly code?: string | null;
  readonly decline_code?: string | null;
  readonly param?: string | null;
  readonly statusCode?: number;
  readonly requestId?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What an error of the SDK means for the call. A card error is the bank's word, an invalid request is Stripe's: nothing
 * was moved. A wrong key, a limit, a lock, a fault of Stripe's or a broken connection says nothing about the money.
 */
export function refusalIn(error: unknown): Found | undefined {
  if (!isFailure(error)) return undefined;
  if (error.type === 'StripeCardError') return declinedBy(codesOf(error));
  if (error.type !== 'StripeInvalidRequestError') return undefined;
  const isMethod = error.param === 'payment_method' || error.param?.startsWith('card');
  return isMethod ? { outcome: 'declined', code: 'invalid_method' } : declinedBy(codesOf(error));
}

/** For the history of a payment: what happened and Stripe's number of it, and never a message, which may quote input. */
export function reasonOf(error: unknown): string {
  if (!isFailure(error)) return `stripe: ${error instanceof Error ? error.name : 'no answer'}`;
  const { type, statusCode, code, requestId } = error;
  return ['stripe:', type, statusCode, code, requestId].filter((part) => part !== undefined).join(' ');
}

/** The call has been carried out already, or something else has: only the object itself tells. */
export function isOfAnotherState(error: unknown): boolean {
  return isFailure(error) && error.code === 'payment_intent_unexpected_state';
}

/**
 * The key brings this again until it is forgotten: a fault that Stripe has kept for it, or that it was used with other
 * parameters, by the release before.
 */
export function isSpent(error: unknown): boolean {
  if (!isFailure(error)) return false;
  const { type, statusCode = 0, headers } = error;
  return (
    type === 'StripeIdempotencyError' || (statusCode >= 500 && headers?.['idempotent-replayed'] === 'true')
  );
}

function codesOf({ code = null, decline_code = null }: Failure) {
  return { ...(code !== null && { code }), ...(decline_code !== null && { decline_code }) };
}

function isFailure(error: unknown): error is Failure {
  return error instanceof Error && 'type' in error && typeof error.type === 'string';
}
