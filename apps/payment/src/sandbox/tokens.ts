/** What a test payment method does when money is asked for. Giving money back always works. */
export interface Behaviour {
  readonly outcome: { readonly is: 'ok' } | { readonly is: 'declined'; readonly code: string };
  /** The customer has a step to take first. */
  readonly asks?: true;
  readonly delayMs?: number;
  /**
   * `before_once` and `before`: fails with 503 before anything has happened, the first time or always.
   * `after`: it happens, but the answer never arrives.
   */
  readonly fails?: 'before_once' | 'before' | 'after';
}

const APPROVES = { is: 'ok' } as const;

export const TOKENS: ReadonlyMap<string, Behaviour> = new Map<string, Behaviour>([
  ['tok_visa', { outcome: APPROVES }],
  ['tok_3ds', { outcome: APPROVES, asks: true }],
  ['tok_declined', { outcome: { is: 'declined', code: 'card_declined' } }],
  ['tok_insufficient_funds', { outcome: { is: 'declined', code: 'insufficient_funds' } }],
  ['tok_slow', { outcome: APPROVES, delayMs: 3_000 }],
  ['tok_unknown', { outcome: APPROVES, fails: 'after' }],
  ['tok_error_once', { outcome: APPROVES, fails: 'before_once' }],
  ['tok_error', { outcome: APPROVES, fails: 'before' }],
]);

const INVALID: Behaviour = { outcome: { is: 'declined', code: 'invalid_method' } };

export function behaviourOf(token: string): Behaviour {
  return TOKENS.get(token) ?? INVALID;
}
