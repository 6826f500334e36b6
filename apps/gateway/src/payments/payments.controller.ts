import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import {
  CaptureRequest,
  capturePayment,
  GetPayment,
  getPayment,
  IsId,
  PaymentRequest,
  type PaymentView,
  voidPayment,
} from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { etag, expectedVersion, isKnown } from '../http/etag.js';
import { idempotencyKey, idempotencyOf } from '../http/idempotency.js';
import { ValidBody, ValidPart } from '../http/valid.pipe.js';
import { waitSeconds } from '../waiting/prefer.js';
import { PaymentClient } from './payment.client.js';

const ROUTE = { route: 'POST /v1/payments', path: '/v1/payments' };

/** How long the outcome is waited for when the client has no preference: longer than providers take as a rule. */
export const USUAL_WAIT_S = 2.5;

export class PaymentOrder extends PaymentRequest {
  @IsId('ord') orderId: string;
}

@Controller('v1/payments')
export class PaymentsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly payments: PaymentClient,
    private readonly config: GatewayConfig,
  ) {}

  @Post()
  @Needs('payments:write')
  async pay(
    @Body(new ValidBody(PaymentOrder)) body: PaymentOrder,
    @Req() { raw, headers, caller, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PaymentView> {
    const idempotency = idempotencyOf(idempotencyKey(raw.rawHeaders), { ...ROUTE, caller, body });
    const wait = waitSeconds(headers.prefer);
    const { orderId, ...payment } = body;
    const paying = { orderId, idempotency, payment };
    const paid = await this.payments.pay(paying, (wait ?? USUAL_WAIT_S) * 1_000, trace);
    reply.header('location', `/v1/payments/${paid.payment.id}`).header('etag', etag(paid.payment.version));
    if (wait !== undefined) reply.header('preference-applied', 'wait');
    if (paid.replayed) reply.header('idempotency-replayed', 'true');
    return paid.payment;
  }

  @Get(':id')
  @Needs('payments:read')
  async get(
    @Param('id', new ValidPart(GetPayment, 'paymentId')) paymentId: string,
    @Req() { headers, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PaymentView | undefined> {
    const payment = await this.rpc.call(getPayment, { paymentId }, this.config.callOptions(trace));
    reply.header('etag', etag(payment.version));
    if (!isKnown(headers['if-none-match'], payment.version)) return payment;
    reply.code(304);
    return undefined;
  }

  /** Needs no key: a payment is captured once, however often it is asked for. */
  @Post(':id/capture')
  @Needs('payments:write')
  @HttpCode(200)
  async capture(
    @Param('id', new ValidPart(GetPayment, 'paymentId')) paymentId: string,
    @Body(new ValidBody(CaptureRequest, {})) request: CaptureRequest,
    @Req() asked: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PaymentView> {
    const question = { paymentId, request, ...versionOf(asked) };
    const payment = await this.rpc.call(capturePayment, question, this.config.callOptions(asked.trace));
    return this.moved(payment, asked, reply);
  }

  @Post(':id/void')
  @Needs('payments:write')
  @HttpCode(200)
  async void(
    @Param('id', new ValidPart(GetPayment, 'paymentId')) paymentId: string,
    @Req() asked: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PaymentView> {
    const question = { paymentId, ...versionOf(asked) };
    const payment = await this.rpc.call(voidPayment, question, this.config.callOptions(asked.trace));
    return this.moved(payment, asked, reply);
  }

  private async moved(
    payment: PaymentView,
    { headers, trace }: ApiRequest,
    reply: FastifyReply,
  ): Promise<PaymentView> {
    const wait = waitSeconds(headers.prefer);
    const moved = await this.payments.moved(payment, (wait ?? USUAL_WAIT_S) * 1_000, trace);
    reply.header('etag', etag(moved.version));
    if (wait !== undefined) reply.header('preference-applied', 'wait');
    return moved;
  }
}

function versionOf({ headers }: ApiRequest): { expectedVersion?: number } {
  const version = expectedVersion(headers['if-match']);
  return version === undefined ? {} : { expectedVersion: version };
}
