import { Controller } from '@nestjs/common';
import {
  adjustStock,
  changeReservation,
  commitStock,
  getProduct,
  getSettings,
  getStock,
  giveBackStock,
  type ListProducts,
  listProducts,
  type ProductList,
  putProduct,
  putSettings,
  Rejected,
  releaseStock,
  reserveStock,
  transferStock,
} from '#contracts';
import { Loop } from '#loop';
import { Handles, OnRpc, type Outcome, type Told } from '#messaging';
import { Database } from '#persistence';
import { type Item, levelView, productView } from './item.js';
import { findItems, listItems } from './item.store.js';
import { settingsView } from './settings.js';
import { type StockRow, type StockState } from './state.js';
import { type StockMessage, type StockRequest } from './stock.js';

type Questions = readonly Told<typeof getStock | typeof getProduct | typeof getSettings>[];

/** Everything the stock can be told, and everything it can be asked. */
@Controller()
export class StockHandlers {
  constructor(
    private readonly loop: Loop<StockState, StockRow, StockMessage>,
    private readonly database: Database,
  ) {}

  @Handles(
    reserveStock,
    releaseStock,
    commitStock,
    giveBackStock,
    changeReservation,
    putProduct,
    adjustStock,
    putSettings,
    transferStock,
  )
  change(batch: readonly StockRequest[]): Promise<readonly Outcome[]> {
    return this.loop.settle(batch);
  }

  @Handles(getStock)
  levels(batch: readonly Told<typeof getStock>[]): Promise<readonly Outcome[]> {
    return this.answer(batch, levelView);
  }

  @Handles(getProduct)
  products(batch: readonly Told<typeof getProduct>[]): Promise<readonly Outcome[]> {
    return this.answer(batch, productView);
  }

  @Handles(getSettings)
  settings(batch: readonly Told<typeof getSettings>[]): Promise<readonly Outcome[]> {
    return this.answer(batch, settingsView);
  }

  @OnRpc(listProducts)
  async list({ after, limit }: ListProducts): Promise<ProductList> {
    const items = await listItems(this.database, after ?? '', limit + 1);
    return { data: items.slice(0, limit).map(productView), more: items.length > limit };
  }

  /** All that was asked in one bundle takes one query. */
  private async answer(batch: Questions, view: (item: Item) => object): Promise<readonly Outcome[]> {
    const items = await findItems(
      this.database,
      batch.map(({ data }) => data.sku),
    );
    return batch.map(({ data: { sku } }) => {
      const item = items.get(sku);
      return item ? { ok: view(item) } : { refused: new Rejected('product-not-found', { sku }) };
    });
  }
}
