import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import {
  GetPayment,
  getRefund,
  listRefunds,
  newId,
  RefundRef,
  RefundRequest,
  type RefundView,
  refundPayment,
} from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { idempotencyKey, idempotencyOf } from '../http/idempotency.js';
import { ValidBody, ValidPart } from '../http/valid.pipe.js';
import { Cursors } from '../lists/cursor.js';
import { ListQuery, ValidListQuery } from '../lists/list-query.pipe.js';
import { type Page } from '../lists/page.js';
import { waitSeconds } from '../waiting/prefer.js';
import { PaymentClient } from './payment.client.js';
import { USUAL_WAIT_S } from './payments.controller.js';

const ROUTE = 'POST /v1/payments/:id/refunds';

@Controller('v1/payments/:id/refunds')
export class RefundsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly payments: PaymentClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  @Post()
  @Needs('refunds:write')
  async refund(
    @Param('id', new ValidPart(GetPayment, 'paymentId')) paymentId: string,
    @Body(new ValidBody(RefundRequest, {})) request: RefundRequest,
    @Req() { raw, headers, caller, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RefundView> {
    const path = `/v1/payments/${paymentId}/refunds`;
    const asked = { caller, route: ROUTE, path, body: request };
    const idempotency = idempotencyOf(idempotencyKey(raw.rawHeaders), asked);
    const question = { paymentId, refundId: newId('ref'), idempotency, request };
    const started = await this.rpc.call(refundPayment, question, this.config.callOptions(trace));
    const wait = waitSeconds(headers.prefer);
    const refund = await this.payments.refunded(started.refund, (wait ?? USUAL_WAIT_S) * 1_000, trace);
    reply.header('location', `${path}/${refund.id}`);
    if (wait !== undefined) reply.header('preference-applied', 'wait');
    if (started.replayed) reply.header('idempotency-replayed', 'true');
    return refund;
  }

  @Get(':refundId')
  @Needs('payments:read')
  get(
    @Param('id', new ValidPart(GetPayment, 'paymentId')) paymentId: string,
    @Param('refundId', new ValidPart(RefundRef, 'refundId')) refundId: string,
    @Req() { trace }: ApiRequest,
  ): Promise<RefundView> {
    return this.rpc.call(getRefund, { paymentId, refundId }, this.config.callOptions(trace));
  }

  @Get()
  @Needs('payments:read')
  async list(
    @Param('id', new ValidPart(GetPayment, 'paymentId')) paymentId: string,
    @Query(new ValidListQuery(ListQuery)) { limit, cursor }: ListQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<RefundView>> {
    const key = ['refunds', paymentId];
    const after = cursor === undefined ? {} : { after: this.cursors.read(key, cursor) };
    const question = { paymentId, limit, ...after };
    const { data, next } = await this.rpc.call(listRefunds, question, this.config.callOptions(trace));
    return { data, nextCursor: next === null ? null : this.cursors.write(key, next) };
  }
}
