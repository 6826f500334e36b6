import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { IsIn, IsInt, IsISO8601, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { type FastifyReply } from 'fastify';
import {
  cancelOrder,
  fulfilOrder,
  GetOrder,
  getTimeline,
  IsFreeText,
  listOrders,
  ORDER_STATUSES,
  OrderRequest,
  type OrderStatus,
  type OrderTimeline,
  type OrderView,
  Shipment,
} from '#contracts';
import { RpcClient } from '#messaging';
import { GatewayConfig } from './config.js';
import { Cursors } from './cursor.js';
import { etag, expectedVersion } from './etag.js';
import { type ApiRequest } from './http.module.js';
import { idempotencyKey, idempotencyOf } from './idempotency.js';
import { type Page } from './page.js';
import { PlacementClient } from './placement.client.js';
import { Needs } from './policy.decorator.js';
import { waitSeconds } from './prefer.js';
import { ValidBody, ValidPart, ValidQuery } from './valid.pipe.js';

const ROUTE = { route: 'POST /v1/orders', path: '/v1/orders' };
const FULFIL = 'POST /v1/orders/:id/fulfil';

/** RFC 3339 with its offset, in years that every database knows. That the day exists is for IsISO8601 to say. */
const TIMESTAMP =
  /^[12]\d{3}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const TIMESTAMP_WORDS = { message: 'must be a timestamp such as 2026-11-23T10:00:00.000Z' };

export class OrdersQuery {
  @IsOptional() @IsIn(ORDER_STATUSES) status?: OrderStatus;
  @IsOptional() @IsFreeText(64) customerId?: string;
  @IsOptional() @IsISO8601({ strict: true }) @Matches(TIMESTAMP, TIMESTAMP_WORDS) createdAfter?: string;
  @IsOptional() @IsISO8601({ strict: true }) @Matches(TIMESTAMP, TIMESTAMP_WORDS) createdBefore?: string;
  @IsInt() @Min(1) @Max(100) limit: number;
  @IsOptional() @IsString() cursor?: string;
}

@Controller('v1/orders')
export class OrdersController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly placements: PlacementClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  @Post()
  @Needs('orders:write')
  async place(
    @Body(new ValidBody(OrderRequest)) body: OrderRequest,
    @Req() { raw, headers, caller, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderView> {
    const idempotency = idempotencyOf(idempotencyKey(raw.rawHeaders), { ...ROUTE, caller, body });
    const wait = waitSeconds(headers.prefer);
    const placing = { idempotency, request: body };
    const { order, replayed } = await this.placements.place(placing, (wait ?? 0) * 1_000, trace);
    reply.header('location', `/v1/orders/${order.id}`).header('etag', etag(order.version));
    if (wait !== undefined) reply.header('preference-applied', 'wait');
    if (replayed) reply.header('idempotency-replayed', 'true');
    return order;
  }

  @Get()
  @Needs('orders:read')
  async list(
    @Query(new ValidQuery(OrdersQuery)) { cursor, createdAfter, createdBefore, ...filters }: OrdersQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<OrderView>> {
    const key = ['orders', filters.status, filters.customerId, createdAfter, createdBefore];
    const request = {
      ...filters,
      ...(createdAfter && { createdAfter: new Date(createdAfter).toISOString() }),
      ...(createdBefore && { createdBefore: new Date(createdBefore).toISOString() }),
      ...(cursor !== undefined && { before: this.cursors.read(key, cursor) }),
    };
    const { data, more } = await this.rpc.call(listOrders, request, this.config.callOptions(trace));
    const last = data.at(-1);
    return { data, nextCursor: more && last ? this.cursors.write(key, last.id) : null };
  }

  /** Needs no key: an order is cancelled once, however often it is asked for. */
  @Post(':id/cancel')
  @HttpCode(202)
  @Needs('orders:write')
  async cancel(
    @Param('id', new ValidPart(GetOrder, 'orderId')) orderId: string,
    @Req() { headers, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderView> {
    const version = expectedVersion(headers['if-match']);
    const request = { orderId, ...(version !== undefined && { expectedVersion: version }) };
    const order = await this.rpc.call(cancelOrder, request, this.config.callOptions(trace));
    reply.header('etag', etag(order.version));
    return order;
  }

  @Post(':id/fulfil')
  @Needs('orders:write')
  @HttpCode(200)
  async fulfil(
    @Param('id', new ValidPart(GetOrder, 'orderId')) orderId: string,
    @Body(new ValidBody(Shipment)) shipment: Shipment,
    @Req() { raw, headers, caller, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderView> {
    const asked = { caller, route: FULFIL, path: `/v1/orders/${orderId}/fulfil`, body: shipment };
    const idempotency = idempotencyOf(idempotencyKey(raw.rawHeaders), asked);
    const version = expectedVersion(headers['if-match']);
    const request = {
      orderId,
      idempotency,
      shipment,
      ...(version !== undefined && { expectedVersion: version }),
    };
    const { order, replayed } = await this.rpc.call(fulfilOrder, request, this.config.callOptions(trace));
    reply.header('etag', etag(order.version));
    if (replayed) reply.header('idempotency-replayed', 'true');
    return order;
  }

  @Get(':id/timeline')
  @Needs('orders:read')
  timeline(
    @Param('id', new ValidPart(GetOrder, 'orderId')) orderId: string,
    @Req() { trace }: ApiRequest,
  ): Promise<OrderTimeline> {
    return this.rpc.call(getTimeline, { orderId }, this.config.callOptions(trace));
  }
}
