import { Controller } from '@nestjs/common';
import { type ListPrices, listPrices, type PriceList, Rejected } from '#contracts';
import { OnRpc } from '#messaging';
import { Database } from '#persistence';
import { findItems } from './item.store.js';
import { findPrices } from './price.store.js';

/** What products have cost, and since when. */
@Controller()
export class PriceHandlers {
  constructor(private readonly database: Database) {}

  @OnRpc(listPrices)
  async list(request: ListPrices): Promise<PriceList> {
    const { sku, limit } = request;
    const found = await findPrices(this.database, { ...request, limit: limit + 1 });
    if (found.length === 0 && !(await findItems(this.database, [sku])).has(sku)) {
      throw new Rejected('product-not-found', { sku });
    }
    return { data: found.slice(0, limit), more: found.length > limit };
  }
}
