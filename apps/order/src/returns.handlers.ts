import { Controller } from '@nestjs/common';
import {
  type GetReturn,
  getReturn,
  type ListReturns,
  listReturns as listReturnsContract,
  Rejected,
  type ReturnList,
  type ReturnView,
} from '#contracts';
import { OnRpc } from '#messaging';
import { Database } from '#persistence';
import { findOrders } from './queries.store.js';
import { findReturn, listReturns } from './returns.store.js';

/** What can be asked about returns. */
@Controller()
export class ReturnsHandlers {
  constructor(private readonly database: Database) {}

  @OnRpc(getReturn)
  async get({ orderId, returnId }: GetReturn): Promise<ReturnView> {
    const found = await findReturn(this.database, orderId, returnId);
    if (!found) throw new Rejected('return-not-found', { orderId, returnId });
    return found;
  }

  @OnRpc(listReturnsContract)
  async list(asked: ListReturns): Promise<ReturnList> {
    const { orderId, limit } = asked;
    const rows = await listReturns(this.database, asked);
    const page = rows.slice(0, limit);
    if (page.length === 0 && !(await findOrders(this.database, [orderId])).has(orderId)) {
      throw new Rejected('order-not-found', { orderId });
    }
    const last = rows.length > limit ? page.at(-1) : undefined;
    return { data: page.map(({ view }) => view), next: last?.version ?? null };
  }
}
