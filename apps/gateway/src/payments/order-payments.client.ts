import { Injectable } from '@nestjs/common';
import { getPayment, getTimeline, isId, type PaymentView, Rejected, type TimelineEntry } from '#contracts';
import { RpcClient, type Trace } from '#messaging';
import { GatewayConfig } from '../config.js';

/**
 * The payments of an order. The order knows which ones it has asked for, so the payment service needs no index by order,
 * which every payment would have to pay for. One that the payment service has not heard of yet is left out.
 */
@Injectable()
export class OrderPaymentsClient {
  constructor(
    private readonly rpc: RpcClient,
    private readonly config: GatewayConfig,
  ) {}

  async idsOf(orderId: string, trace: Trace): Promise<string[]> {
    return paymentIdsIn((await this.rpc.call(getTimeline, { orderId }, this.config.callOptions(trace))).data);
  }

  async find(ids: readonly string[], trace: Trace): Promise<PaymentView[]> {
    const found = await Promise.all(ids.map((id) => this.#findOne(id, trace)));
    return found.filter((payment) => payment !== undefined);
  }

  async #findOne(paymentId: string, trace: Trace): Promise<PaymentView | undefined> {
    try {
      return await this.rpc.call(getPayment, { paymentId }, this.config.callOptions(trace));
    } catch (error) {
      if (error instanceof Rejected && error.code === 'payment-not-found') return undefined;
      throw error;
    }
  }
}

/** Newest first: ids sort by the time at which they were made. */
export function paymentIdsIn(timeline: readonly TimelineEntry[]): string[] {
  const ids = timeline.map(({ detail }) => detail?.paymentId);
  const known = ids.filter((id): id is string => typeof id === 'string' && isId('pay', id));
  return [...new Set(known)].sort().reverse();
}
