import { Injectable } from '@nestjs/common';
import {
  getPayment,
  newId,
  type PaymentStarted,
  type PaymentView,
  type PayOrder,
  payOrder,
  Rejected,
} from '#contracts';
import { RpcClient, type Trace } from '#messaging';
import { GatewayConfig } from './config.js';
import { untilSettled } from './settled.client.js';

type Paying = Pick<PayOrder, 'orderId' | 'idempotency' | 'payment'>;

/** Pays an order and waits for the outcome, which usually takes less time than asking for it would. */
@Injectable()
export class PaymentClient {
  constructor(
    private readonly rpc: RpcClient,
    private readonly config: GatewayConfig,
  ) {}

  async pay(
    paying: Paying,
    waitMs: number,
    trace: Trace,
  ): Promise<{ payment: PaymentView; replayed: boolean }> {
    const deadline = performance.now() + waitMs;
    const message = { paymentId: newId('pay'), ...paying, notify: waitMs > 0 };
    const expected = this.rpc.expect(message.paymentId, waitMs);
    try {
      const started = await this.rpc.call(payOrder, message, this.config.callOptions(trace));
      const read = () => this.#read(started, paying.payment, trace);
      if (started.replayed) {
        return { replayed: true, payment: await untilSettled(read, isSettled, deadline) };
      }
      if (waitMs > 0) await expected.notice;
      return { replayed: false, payment: await read() };
    } finally {
      expected.cancel();
    }
  }

  /** As the payment service has it; when it has not seen it yet or can't be asked, as it was requested. */
  async #read(started: PaymentStarted, asked: PayOrder['payment'], trace: Trace): Promise<PaymentView> {
    try {
      const { paymentId } = started;
      return await this.rpc.call(getPayment, { paymentId }, this.config.callOptions(trace));
    } catch (error) {
      if (error instanceof Rejected) return requested(started, asked);
      throw error;
    }
  }
}

function requested(started: PaymentStarted, { method, capture }: PayOrder['payment']): PaymentView {
  return {
    id: started.paymentId,
    orderId: started.orderId,
    status: 'requested',
    version: 0,
    amount: started.amount,
    capturedAmount: 0,
    refundedAmount: 0,
    refundableAmount: 0,
    method,
    capture: capture ?? 'automatic',
    declineCode: null,
    createdAt: started.createdAt,
    updatedAt: started.createdAt,
  };
}

function isSettled({ status }: PaymentView): boolean {
  return status !== 'requested' && status !== 'unknown';
}
