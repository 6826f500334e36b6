import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import {
  GetOrder,
  getReturn,
  listReturns,
  newId,
  ReturnRef,
  ReturnRequest,
  type ReturnView,
  returnOrder,
} from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { etag, expectedVersion } from '../http/etag.js';
import { idempotencyKey, idempotencyOf } from '../http/idempotency.js';
import { ValidBody, ValidPart } from '../http/valid.pipe.js';
import { Cursors } from '../lists/cursor.js';
import { ListQuery, ValidListQuery } from '../lists/list-query.pipe.js';
import { type Page } from '../lists/page.js';

const ROUTE = 'POST /v1/orders/:id/returns';

/** Goods that had left and come back. */
@Controller('v1/orders/:id/returns')
export class ReturnsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  @Post()
  @Needs('orders:write')
  async take(
    @Param('id', new ValidPart(GetOrder, 'orderId')) orderId: string,
    @Body(new ValidBody(ReturnRequest)) request: ReturnRequest,
    @Req() { raw, headers, caller, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnView> {
    const path = `/v1/orders/${orderId}/returns`;
    const asked = { caller, route: ROUTE, path, body: request };
    const idempotency = idempotencyOf(idempotencyKey(raw.rawHeaders), asked);
    const version = expectedVersion(headers['if-match']);
    const about = { orderId, returnId: newId('ret'), idempotency, request };
    const question = { ...about, ...(version !== undefined && { expectedVersion: version }) };
    const taken = await this.rpc.call(returnOrder, question, this.config.callOptions(trace));
    reply.header('location', `${path}/${taken.return.id}`).header('etag', etag(taken.version));
    if (taken.replayed) reply.header('idempotency-replayed', 'true');
    return taken.return;
  }

  @Get(':returnId')
  @Needs('orders:read')
  get(
    @Param('id', new ValidPart(GetOrder, 'orderId')) orderId: string,
    @Param('returnId', new ValidPart(ReturnRef, 'returnId')) returnId: string,
    @Req() { trace }: ApiRequest,
  ): Promise<ReturnView> {
    return this.rpc.call(getReturn, { orderId, returnId }, this.config.callOptions(trace));
  }

  @Get()
  @Needs('orders:read')
  async list(
    @Param('id', new ValidPart(GetOrder, 'orderId')) orderId: string,
    @Query(new ValidListQuery(ListQuery)) { limit, cursor }: ListQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<ReturnView>> {
    const key = ['returns', orderId];
    const after = cursor === undefined ? {} : { after: Number(this.cursors.read(key, cursor)) };
    const question = { orderId, limit, ...after };
    const { data, next } = await this.rpc.call(listReturns, question, this.config.callOptions(trace));
    return { data, nextCursor: next === null ? null : this.cursors.write(key, String(next)) };
  }
}
