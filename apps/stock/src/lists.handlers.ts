import { Controller } from '@nestjs/common';
import {
  type ListMovements,
  type ListReservations,
  listMovements as listMovementsContract,
  listReservations as listReservationsContract,
  type MovementList,
  Rejected,
  type ReservationList,
} from '#contracts';
import { OnRpc } from '#messaging';
import { Database } from '#persistence';
import { findItems } from './item.store.js';
import { listMovements, listReservations } from './lists.store.js';

/** What has happened to a SKU, and who holds what of it. */
@Controller()
export class ListsHandlers {
  constructor(private readonly database: Database) {}

  @OnRpc(listMovementsContract)
  async movements(asked: ListMovements): Promise<MovementList> {
    await this.expectProduct(asked.sku);
    const movements = await listMovements(this.database, asked);
    const data = movements.slice(0, asked.limit);
    return { data, next: movements.length > asked.limit ? (data.at(-1)?.version ?? null) : null };
  }

  @OnRpc(listReservationsContract)
  async reservations(asked: ListReservations): Promise<ReservationList> {
    await this.expectProduct(asked.sku);
    const found = await listReservations(this.database, asked);
    const page = found.slice(0, asked.limit);
    return {
      data: page.map(({ reservation }) => reservation),
      next: found.length > asked.limit ? (page.at(-1)?.position ?? null) : null,
    };
  }

  private async expectProduct(sku: string): Promise<void> {
    if (!(await findItems(this.database, [sku])).has(sku)) throw new Rejected('product-not-found', { sku });
  }
}
