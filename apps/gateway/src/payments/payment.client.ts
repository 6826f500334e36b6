import { Injectable } from '@nestjs/common';
import {
  getPayment,
  getRefund,
  newId,
  type PaymentStarted,
  type PaymentView,
  type PayOrder,
  payOrder,
  type RefundView,
  Rejected,
  type Rpc,
} from '#contracts';
import { RpcClient, type Trace } from '#messaging';
import { GatewayConfig } from '../config.js';
import { untilSettled } from '../waiting/settled.client.js';

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
    const expected = this.rpc.expect('order', message.paymentId, waitMs);
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

  /** Waits until a capture or void that was accepted has its outcome: until then the payment is still "authorized". */
  moved(payment: PaymentView, waitMs: number, trace: Trace): Promise<PaymentView> {
    const read = () => this.#ask(getPayment, { paymentId: payment.id }, payment, trace);
    return untilSettled(read, ({ status }) => status !== 'authorized', performance.now() + waitMs);
  }

  /** Waits until a refund that was accepted has its outcome. */
  refunded(refund: RefundView, waitMs: number, trace: Trace): Promise<RefundView> {
    const { id: refundId, paymentId } = refund;
    const read = () => this.#ask(getRefund, { paymentId, refundId }, refund, trace);
    return untilSettled(read, ({ status }) => status === 'succeeded', performance.now() + waitMs);
  }

  /** What was accepted stays accepted: not being able to read it now must not turn the answer into an error. */
  async #ask<Q extends object, A extends object>(
    contract: Rpc<string, Q, A>,
    question: Q,
    known: A,
    trace: Trace,
  ): Promise<A> {
    try {
      return await this.rpc.call(contract, question, this.config.callOptions(trace));
    } catch (error) {
      if (error instanceof Rejected) return known;
      throw error;
    }
  }

  /** As the payment service has it; when it has not seen it yet or can't be asked, as it was requested. */
  #read(started: PaymentStarted, asked: PayOrder['payment'], trace: Trace): Promise<PaymentView> {
    const { paymentId } = started;
    return this.#ask(getPayment, { paymentId }, requested(started, asked), trace);
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
    nextAction: null,
    expiresAt: null,
    createdAt: started.createdAt,
    updatedAt: started.createdAt,
  };
}

function isSettled({ status }: PaymentView): boolean {
  return status !== 'requested' && status !== 'unknown';
}
