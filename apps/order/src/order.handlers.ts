import { Controller } from '@nestjs/common';
import {
  addNote,
  cancelOrder,
  changeOrder,
  changeRefused,
  fulfilOrder,
  type GetOrder,
  getOrder,
  getTimeline,
  type ListOrders,
  listOrders as listOrdersContract,
  type OrderList,
  type OrderPlacement,
  type OrderTimeline,
  paymentActionRequired,
  paymentAuthorized,
  paymentCaptured,
  paymentDeclined,
  paymentExpired,
  paymentRefunded,
  paymentVoided,
  payOrder,
  placeOrder,
  Rejected,
  reservationChanged,
  returnOrder,
  stockCommitRefused,
  stockExpired,
  stockRejected,
  stockReserved,
} from '#contracts';
import { Loop } from '#loop';
import { Handles, OnRpc, type Outcome, type Told } from '#messaging';
import { Database } from '#persistence';
import { findFirstLines } from './changes.store.js';
import { listOrders } from './listing.store.js';
import { type OrderMessage } from './messages.js';
import { type OrderState, type Step } from './order.js';
import { type ReplayOf } from './place.js';
import { findFirstSettled, findOrders, findTimeline } from './queries.store.js';
import { viewAsPlaced, viewBeforeShipping, viewOf } from './view.js';

type Placements = readonly Told<typeof placeOrder>[];

/** Everything an order can be told, and everything it can be asked. */
@Controller()
export class OrderHandlers {
  constructor(
    private readonly loop: Loop<OrderState, Step, OrderMessage>,
    private readonly database: Database,
  ) {}

  /** A key that was used before gets the answer it got then. */
  @Handles(placeOrder)
  async place(batch: Placements): Promise<readonly Outcome[]> {
    const outcomes = await this.loop.settle(batch);
    return Promise.all(outcomes.map((outcome, i) => this.replayed(outcome, batch[i]?.data.notify ?? false)));
  }

  @Handles(
    payOrder,
    cancelOrder,
    fulfilOrder,
    returnOrder,
    changeOrder,
    reservationChanged,
    changeRefused,
    addNote,
    stockReserved,
    stockRejected,
    stockExpired,
    stockCommitRefused,
    paymentCaptured,
    paymentAuthorized,
    paymentDeclined,
    paymentVoided,
    paymentRefunded,
    paymentExpired,
    paymentActionRequired,
  )
  advance(batch: readonly OrderMessage[]): Promise<readonly Outcome[]> {
    return this.loop.settle(batch);
  }

  /** All that was asked in one bundle takes one query. */
  @Handles(getOrder)
  async get(batch: readonly Told<typeof getOrder>[]): Promise<readonly Outcome[]> {
    const orders = await findOrders(
      this.database,
      batch.map(({ data }) => data.orderId),
    );
    return batch.map(({ data: { orderId } }) => {
      const order = orders.get(orderId);
      return order ? { ok: viewOf(order) } : { refused: new Rejected('order-not-found', { orderId }) };
    });
  }

  @OnRpc(listOrdersContract)
  async list(asked: ListOrders): Promise<OrderList> {
    const { orders, next } = await listOrders(this.database, asked, { aheadMs: this.database.clock.aheadMs });
    return { data: orders.map(viewOf), next };
  }

  @OnRpc(getTimeline)
  async timeline({ orderId }: GetOrder): Promise<OrderTimeline> {
    const data = await findTimeline(this.database, orderId);
    if (data.length === 0) throw new Rejected('order-not-found', { orderId });
    return { data };
  }

  private async replayed(outcome: Outcome, waited: boolean): Promise<Outcome> {
    if (!('ok' in outcome) || !outcome.ok || !('replayOf' in outcome.ok)) return outcome;
    const { replayOf } = outcome.ok as ReplayOf;
    try {
      const now = (await findOrders(this.database, [replayOf])).get(replayOf);
      const order = now && { ...now, ...(await findFirstLines(this.database, now)) };
      if (!order) throw new Error(`${replayOf} has a key but no row`);
      const settled = waited ? await findFirstSettled(this.database, replayOf) : undefined;
      const answer: OrderPlacement = {
        order: settled ? viewBeforeShipping(order, settled) : viewAsPlaced(order),
        replayed: true,
      };
      return { ok: answer };
    } catch (error) {
      return { failed: error };
    }
  }
}
