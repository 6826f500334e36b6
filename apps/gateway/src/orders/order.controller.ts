import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsArray, IsOptional, Matches, ValidateNested } from 'class-validator';
import { type FastifyReply } from 'fastify';
import { GetOrder, getOrder, getTimeline, OrderView, PaymentView, TimelineEntry } from '#contracts';
import { RpcClient, type Trace } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { etag, isKnown } from '../http/etag.js';
import { ValidPart, ValidQuery } from '../http/valid.pipe.js';
import { OrderPaymentsClient, paymentIdsIn } from '../payments/order-payments.client.js';
import { EXPAND, type Expansion, etagOfExpanded, expansionsOf, faultOfExpand } from './expand.js';

const MAX_PAYMENTS = 100;

export class OrderQuery {
  @IsOptional() @Matches(EXPAND, { message: ({ value }) => faultOfExpand(value) }) expand?: string;
}

/** An order, and what was asked for along with it: payments newest first, and the timeline as far as the order's version. */
export class ExpandedOrder extends OrderView {
  @IsOptional()
  @IsArray()
  @Type(() => PaymentView)
  @ValidateNested({ each: true })
  payments?: PaymentView[];

  @IsOptional()
  @IsArray()
  @Type(() => TimelineEntry)
  @ValidateNested({ each: true })
  timeline?: TimelineEntry[];
}

/** One order, alone or with what belongs to it. */
@Controller('v1/orders')
export class OrderController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly payments: OrderPaymentsClient,
    private readonly config: GatewayConfig,
  ) {}

  @Get(':id')
  @Needs('orders:read')
  async get(
    @Param('id', new ValidPart(GetOrder, 'orderId')) orderId: string,
    @Query(new ValidQuery(OrderQuery)) { expand }: OrderQuery,
    @Req() { headers, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ExpandedOrder | undefined> {
    const names = expansionsOf(expand ?? undefined);
    const order =
      names.size > 0 ? await this.expanded(orderId, names, trace) : await this.read(orderId, trace);
    const tag = names.size > 0 ? etagOfExpanded(order) : etag(order.version);
    reply.header('etag', tag);
    if (!isKnown(headers['if-none-match'], tag)) return order;
    reply.code(304);
    return undefined;
  }

  private read(orderId: string, trace: Trace): Promise<OrderView> {
    return this.rpc.call(getOrder, { orderId }, this.config.callOptions(trace));
  }

  private async expanded(
    orderId: string,
    names: ReadonlySet<Expansion>,
    trace: Trace,
  ): Promise<ExpandedOrder> {
    const [order, first] = await Promise.all([this.read(orderId, trace), this.timeline(orderId, trace)]);
    // The order may have moved on between the two: then the timeline is read once more, and cut where the order stands.
    const isBehind = (first.at(-1)?.version ?? 0) < order.version;
    const all = isBehind ? await this.timeline(orderId, trace) : first;
    const timeline = all.filter(({ version }) => version <= order.version);
    if (!names.has('payments')) return { ...order, timeline };
    const payments = await this.payments.find(paymentIdsIn(timeline).slice(0, MAX_PAYMENTS), trace);
    return { ...order, payments, ...(names.has('timeline') && { timeline }) };
  }

  private async timeline(orderId: string, trace: Trace): Promise<TimelineEntry[]> {
    return (await this.rpc.call(getTimeline, { orderId }, this.config.callOptions(trace))).data;
  }
}
