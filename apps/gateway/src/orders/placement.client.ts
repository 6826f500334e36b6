import { Injectable } from '@nestjs/common';
import {
  getOrder,
  newId,
  type OrderPlacement,
  type OrderView,
  type PlaceOrder,
  placeOrder,
  Rejected,
} from '#contracts';
import { RpcClient, type Trace } from '#messaging';
import { Metrics } from '#service';
import { GatewayConfig } from '../config.js';
import { untilSettled } from '../waiting/settled.client.js';
import { PlacementGroups } from './placement-groups.client.js';

type Placing = Pick<PlaceOrder, 'idempotency' | 'request'>;

/** Places an order, and waits for it to settle when the client prefers to. */
@Injectable()
export class PlacementClient {
  readonly #groups: PlacementGroups;

  constructor(
    private readonly rpc: RpcClient,
    private readonly config: GatewayConfig,
    metrics: Metrics,
  ) {
    this.#groups = new PlacementGroups(() => metrics.observe('waybill_placement_groups_total'));
  }

  async place(placing: Placing, waitMs: number, trace: Trace): Promise<OrderPlacement> {
    const message = { orderId: newId('ord'), paymentId: newId('pay'), ...placing, notify: waitMs > 0 };
    const deadline = performance.now() + waitMs;
    const group = await this.#groups.join();
    try {
      return await (waitMs > 0 ? this.#placeAndWait(message, deadline, trace) : this.#send(message, trace));
    } finally {
      this.#groups.answered(group);
    }
  }

  async #placeAndWait(message: PlaceOrder, deadline: number, trace: Trace): Promise<OrderPlacement> {
    // Registered before the call: the notice may overtake the answer.
    const expected = this.rpc.expect('order', message.orderId, deadline - performance.now());
    try {
      const placement = await this.#send(message, trace);
      if (isSettled(placement.order)) return placement;
      if (placement.replayed) return await this.#awaitReplayed(placement, message, { deadline, trace });
      const notice = (await expected.notice) as OrderView | undefined;
      return { replayed: false, order: notice ?? (await this.#current(placement.order, trace)) };
    } finally {
      expected.cancel();
    }
  }

  /** The notice goes to whoever placed the order first, so a twin has to look. */
  async #awaitReplayed(
    placement: OrderPlacement,
    message: PlaceOrder,
    { deadline, trace }: { deadline: number; trace: Trace },
  ): Promise<OrderPlacement> {
    const order = await untilSettled(() => this.#current(placement.order, trace), isSettled, deadline);
    if (!isSettled(order)) return { replayed: true, order };
    // It may have moved on since it settled; asked again, the order service gives the answer that the first one got.
    return this.#send(message, trace).catch(() => ({ replayed: true, order }));
  }

  #send(message: PlaceOrder, trace: Trace): Promise<OrderPlacement> {
    return this.rpc.call(placeOrder, message, this.config.callOptions(trace));
  }

  /** The order is placed: not being able to read it now must not turn the answer into an error. */
  async #current(order: OrderView, trace: Trace): Promise<OrderView> {
    try {
      return await this.rpc.call(getOrder, { orderId: order.id }, this.config.callOptions(trace));
    } catch (error) {
      if (error instanceof Rejected) return order;
      throw error;
    }
  }
}

function isSettled(order: OrderView): boolean {
  return order.status !== 'pending';
}
