import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { type HistoricPrice, listPrices, SkuRef } from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { ValidPart } from '../http/valid.pipe.js';
import { Cursors } from '../lists/cursor.js';
import { ListQuery, ValidListQuery } from '../lists/list-query.pipe.js';
import { type Page } from '../lists/page.js';

@Controller('v1/products/:sku/prices')
export class PricesController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  @Get()
  @Needs('stock:read')
  async list(
    @Param('sku', new ValidPart(SkuRef, 'sku')) sku: string,
    @Query(new ValidListQuery(ListQuery)) { limit, cursor }: ListQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<HistoricPrice>> {
    const list = ['prices', sku];
    const position = cursor === undefined ? undefined : this.cursors.read(list, cursor).split(' ');
    const before = position && { beforeVersion: Number(position[0]), beforeCurrency: position[1] as string };
    const request = { sku, limit, ...before };
    const { data, more } = await this.rpc.call(listPrices, request, this.config.callOptions(trace));
    const last = data.at(-1);
    const next = more && last ? this.cursors.write(list, `${last.version} ${last.currency}`) : null;
    return { data, nextCursor: next };
  }
}
