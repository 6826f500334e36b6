import { type Fault, type Money, Rejected } from '#contracts';
import { type PaymentEffect } from './effects.js';
import { type PaymentMessage } from './messages.js';
import { type PaymentDecision } from './record.js';

/**
 * What a client asks for and the provider does not move to the last unit is refused while nothing has happened: sent, it would be
 * declined, and the payment would need a person. The pointer leads into the body that the client sent: who has sent no amount, which
 * stands for all there is, is told to send one.
 */
export function expectMovable(
  { type, data }: PaymentMessage,
  decision: PaymentDecision,
  canMove: (money: Money) => boolean,
): PaymentDecision {
  if (type !== 'payment.refund.v1' && type !== 'payment.capture.v1') return decision;
  for (const effect of (decision.effects ?? []) as readonly PaymentEffect[]) {
    if (effect.kind !== 'provider' || canMove(effect.call)) continue;
    const { amount, currency } = effect.call;
    const sum = `${amount} of ${currency}`;
    const fault: Fault = data.request.amount
      ? {
          pointer: '/amount/amount',
          detail: `must be an amount that the payment provider can move: ${sum} is not`,
        }
      : {
          pointer: '',
          detail: `must have an amount that the payment provider can move: all there is, ${sum}, is not`,
        };
    throw new Rejected('validation-failed', { errors: [fault] });
  }
  return decision;
}
