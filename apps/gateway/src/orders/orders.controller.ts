import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import {
  cancelOrder,
  fulfilOrder,
  GetOrder,
  getTimeline,
  OrderRequest,
  type OrderTimeline,
  type OrderView,
  Shipment,
} from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { etag, expectedVersion } from '../http/etag.js';
import { idempotencyKey, idempotencyOf } from '../http/idempotency.js';
import { ValidBody, ValidPart } from '../http/valid.pipe.js';
import { waitSeconds } from '../waiting/prefer.js';
import { PlacementClient } from './placement.client.js';

const ROUTE = { route: 'POST /v1/orders', path: '/v1/orders' };
const FULFIL = 'POST /v1/orders/:id/fulfil';

@Controller('v1/orders')
export class OrdersController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly placements: PlacementClient,
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
    @Body(new ValidBody(Shipment, {})) shipment: Shipment,
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
