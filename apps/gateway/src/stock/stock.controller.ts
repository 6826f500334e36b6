import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { AdjustmentRequest, adjustStock, getStock, SkuRef, type StockLevelView } from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { etag, isKnown } from '../http/etag.js';
import { idempotencyKey, idempotencyOf } from '../http/idempotency.js';
import { ValidBody, ValidPart } from '../http/valid.pipe.js';

const ROUTE = 'POST /v1/stock/:sku/adjustments';

@Controller('v1/stock')
export class StockController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly config: GatewayConfig,
  ) {}

  @Post(':sku/adjustments')
  @Needs('stock:write')
  async adjust(
    @Param('sku', new ValidPart(SkuRef, 'sku')) sku: string,
    @Body(new ValidBody(AdjustmentRequest)) adjustment: AdjustmentRequest,
    @Req() { raw, caller, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StockLevelView> {
    const path = `/v1/stock/${sku}/adjustments`;
    const asked = { caller, route: ROUTE, path, body: adjustment };
    const request = { sku, idempotency: idempotencyOf(idempotencyKey(raw.rawHeaders), asked), adjustment };
    const { level, replayed } = await this.rpc.call(adjustStock, request, this.config.callOptions(trace));
    reply.header('location', `/v1/stock/${sku}`).header('etag', etag(level.version));
    if (replayed) reply.header('idempotency-replayed', 'true');
    return level;
  }

  @Get(':sku')
  @Needs('stock:read')
  async get(
    @Param('sku', new ValidPart(SkuRef, 'sku')) sku: string,
    @Req() { headers, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StockLevelView | undefined> {
    const level = await this.rpc.call(getStock, { sku }, this.config.callOptions(trace));
    reply.header('etag', etag(level.version));
    if (!isKnown(headers['if-none-match'], level.version)) return level;
    reply.code(304);
    return undefined;
  }
}
