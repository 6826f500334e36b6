import { Controller } from '@nestjs/common';
import {
  cancelPayment,
  capturePayment,
  chargePayment,
  collectPayment,
  type GetRefund,
  getLedger,
  getPayment,
  getRefund,
  giveBackPayment,
  type LedgerList,
  type ListOfPayment,
  listRefunds as listRefundsContract,
  type RefundList,
  type RefundView,
  Rejected,
  refundPayment,
  voidPayment,
} from '#contracts';
import { Loop } from '#loop';
import { Handles, OnRpc, type Outcome, type Told } from '#messaging';
import { Database } from '#persistence';
import { postingsOf } from './ledger.js';
import { listTransfers } from './ledger.store.js';
import {
  type CancelMessage,
  type CaptureMessage,
  type ChargeMessage,
  type CollectMessage,
  type GiveBackMessage,
  type PaymentMessage,
  type RefundMessage,
  type VoidMessage,
} from './messages.js';
import { viewOf } from './payment.js';
import { loadPayments } from './payment.store.js';
import { type PaymentRow } from './record.js';
import { type PaymentState, refundView } from './refund.js';
import { listRefunds, loadRefunds } from './refund.store.js';

type Requests = readonly (
  | ChargeMessage
  | CancelMessage
  | CollectMessage
  | CaptureMessage
  | VoidMessage
  | RefundMessage
  | GiveBackMessage
)[];

/** Everything a payment can be told by others, and everything it can be asked. */
@Controller()
export class PaymentHandlers {
  constructor(
    private readonly loop: Loop<PaymentState, PaymentRow, PaymentMessage>,
    private readonly database: Database,
  ) {}

  @Handles(
    chargePayment,
    cancelPayment,
    collectPayment,
    capturePayment,
    voidPayment,
    refundPayment,
    giveBackPayment,
  )
  settle(batch: Requests): Promise<readonly Outcome[]> {
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

  @OnRpc(getRefund)
  async getRefund({ paymentId, refundId }: GetRefund): Promise<RefundView> {
    const [refund] = await loadRefunds(this.database, { ids: [refundId], keys: [] }, false);
    if (refund?.paymentId !== paymentId) throw new Rejected('refund-not-found', { paymentId, refundId });
    return refundView(refund);
  }

  @OnRpc(listRefundsContract)
  async listRefunds(asked: ListOfPayment): Promise<RefundList> {
    await this.expectPayment(asked.paymentId);
    const refunds = await listRefunds(this.database, asked);
    const data = refunds.slice(0, asked.limit);
    const last = refunds.length > asked.limit ? data.at(-1) : undefined;
    return { data: data.map(refundView), next: last ? `${last.createdAt} ${last.id}` : null };
  }

  @OnRpc(getLedger)
  async ledger(asked: ListOfPayment): Promise<LedgerList> {
    await this.expectPayment(asked.paymentId);
    const transfers = await listTransfers(this.database, asked);
    const data = transfers.slice(0, asked.limit);
    const last = transfers.length > asked.limit ? data.at(-1) : undefined;
    return { data: data.flatMap(postingsOf), next: last ? `${last.at} ${last.journal}` : null };
  }

  private async expectPayment(paymentId: string): Promise<void> {
    const payment = (await loadPayments(this.database, [paymentId], false)).get(paymentId);
    if (!payment?.terms) throw new Rejected('payment-not-found', { paymentId });
  }
}
