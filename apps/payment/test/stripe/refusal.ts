/** An error as Stripe answers it: https://docs.stripe.com/api/errors */
export class StripeRefusal extends Error {
  readonly error: object;

  constructor(
    code: string | undefined,
    param: string | undefined,
    message: string,
    readonly status = 400,
  ) {
    super(message);
    this.error = { type: 'invalid_request_error', message, ...(code && { code }), ...(param && { param }) };
  }

  static ofCard(error: object): StripeRefusal {
    return StripeRefusal.of(402, error);
  }

  static of(status: number, error: object): StripeRefusal {
    return Object.assign(new StripeRefusal(undefined, undefined, 'refused', status), { error });
  }
}
