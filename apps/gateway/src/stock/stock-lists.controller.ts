import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { IsIn, IsOptional } from 'class-validator';
import { listMovements, listReservations, type MovementView, type ReservationView, SkuRef } from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { ValidPart } from '../http/valid.pipe.js';
import { Cursors } from '../lists/cursor.js';
import { ListQuery, ValidListQuery } from '../lists/list-query.pipe.js';
import { type Page } from '../lists/page.js';

export class ReservationsQuery extends ListQuery {
  @IsOptional() @IsIn(['open', 'closed']) state?: 'open' | 'closed';
}

/** The movements of a SKU, and the orders that hold it. */
@Controller('v1/stock')
export class StockListsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  @Get(':sku/movements')
  @Needs('stock:read')
  async movements(
    @Param('sku', new ValidPart(SkuRef, 'sku')) sku: string,
    @Query(new ValidListQuery(ListQuery)) { limit, cursor }: ListQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<MovementView>> {
    const key = ['movements', sku];
    const before = cursor === undefined ? {} : { before: Number(this.cursors.read(key, cursor)) };
    const question = { sku, limit, ...before };
    const { data, next } = await this.rpc.call(listMovements, question, this.config.callOptions(trace));
    return { data, nextCursor: next === null ? null : this.cursors.write(key, String(next)) };
  }

  @Get(':sku/reservations')
  @Needs('stock:read')
  async reservations(
    @Param('sku', new ValidPart(SkuRef, 'sku')) sku: string,
    @Query(new ValidListQuery(ReservationsQuery)) { state = 'open', limit, cursor }: ReservationsQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<ReservationView>> {
    const key = ['reservations', sku, state];
    const after = cursor === undefined ? {} : { after: this.cursors.read(key, cursor) };
    const question = { sku, state, limit, ...after };
    const { data, next } = await this.rpc.call(listReservations, question, this.config.callOptions(trace));
    return { data, nextCursor: next === null ? null : this.cursors.write(key, next) };
  }
}
