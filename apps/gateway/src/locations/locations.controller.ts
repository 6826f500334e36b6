import { Body, Controller, Get, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import {
  getLocation,
  LocationRef,
  LocationRequest,
  type LocationView,
  listLocations,
  putLocation,
  SkuRef,
  type StockLevelView,
  TransferRequest,
  transferStock,
} from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { etag } from '../http/etag.js';
import { idempotencyKey, idempotencyOf } from '../http/idempotency.js';
import { ValidBody, ValidPart } from '../http/valid.pipe.js';
import { Cursors } from '../lists/cursor.js';
import { ListQuery, ValidListQuery } from '../lists/list-query.pipe.js';
import { type Page } from '../lists/page.js';

const ROUTE = 'POST /v1/stock/:sku/transfers';

/** The places where stock lies, and what goes from one to another. */
@Controller('v1')
export class LocationsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  @Put('locations/:location')
  @Needs('stock:write')
  async put(
    @Param('location', new ValidPart(LocationRef, 'location')) location: string,
    @Body(new ValidBody(LocationRequest)) { name }: LocationRequest,
    @Req() { trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LocationView> {
    const put = await this.rpc.call(putLocation, { location, name }, this.config.callOptions(trace));
    if (put.created) reply.code(201).header('location', `/v1/locations/${location}`);
    return put.location;
  }

  @Get('locations/:location')
  @Needs('stock:read')
  get(
    @Param('location', new ValidPart(LocationRef, 'location')) location: string,
    @Req() { trace }: ApiRequest,
  ): Promise<LocationView> {
    return this.rpc.call(getLocation, { location }, this.config.callOptions(trace));
  }

  @Get('locations')
  @Needs('stock:read')
  async list(
    @Query(new ValidListQuery(ListQuery)) { limit, cursor }: ListQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<LocationView>> {
    const after = cursor === undefined ? {} : { after: this.cursors.read(['locations'], cursor) };
    const { data, more } = await this.rpc.call(
      listLocations,
      { limit, ...after },
      this.config.callOptions(trace),
    );
    const last = more ? data.at(-1) : undefined;
    return { data, nextCursor: last ? this.cursors.write(['locations'], last.location) : null };
  }

  @Post('stock/:sku/transfers')
  @Needs('stock:write')
  async transfer(
    @Param('sku', new ValidPart(SkuRef, 'sku')) sku: string,
    @Body(new ValidBody(TransferRequest)) transfer: TransferRequest,
    @Req() { raw, caller, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StockLevelView> {
    const asked = { caller, route: ROUTE, path: `/v1/stock/${sku}/transfers`, body: transfer };
    const request = { sku, idempotency: idempotencyOf(idempotencyKey(raw.rawHeaders), asked), transfer };
    const { level, replayed } = await this.rpc.call(transferStock, request, this.config.callOptions(trace));
    reply.header('location', `/v1/stock/${sku}`).header('etag', etag(level.version));
    if (replayed) reply.header('idempotency-replayed', 'true');
    return level;
  }
}
