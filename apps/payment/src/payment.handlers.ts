import { Controller } from '@nestjs/common';
import { cancelPayment, chargePayment, getPayment, Rejected } from '#contracts';
import { Loop } from '#loop';
import { Handles, type Outcome, type Told } from '#messaging';
import { Database } from '#persistence';
import { type PaymentRow } from './decide.js';
import { type CancelMessage, type ChargeMessage, type PaymentMessage } from './messages.js';
import { type Payment, viewOf } from './payment.js';
import { loadPayments } from './payment.store.js';

/** Everything a payment can be told by others, and everything it can be asked. */
@Controller()
export class PaymentHandlers {
  constructor(
    private readonly loop: Loop<Payment, PaymentRow, PaymentMessage>,
    private readonly database: Database,
  ) {}

  @Handles(chargePayment, cancelPayment)
  settle(batch: readonly (ChargeMessage | CancelMessage)[]): Promise<readonly Outcome[]> {
    return this.loop.settle(batch);
  }

  /** All that was asked in one bundle takes one query. A cancel whose charge has not come yet is nothing to look at. */
  @Handles(getPayment)
  async get(batch: readonly Told<typeof getPayment>[]): Promise<readonly Outcome[]> {
    const ids = batch.map(({ data }) => data.paymentId);
    const payments = await loadPayments(this.database, ids, false);
    return ids.map((paymentId) => {
      const payment = payments.get(paymentId);
      return payment?.terms
        ? { ok: viewOf(payment) }
        : { refused: new Rejected('payment-not-found', { paymentId }) };
    });
  }
}
