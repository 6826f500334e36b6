import { Controller, Get, Query, Req } from '@nestjs/common';
import { IsIn, IsISO8601, IsOptional, Matches } from 'class-validator';
import {
  getPayment,
  IsFreeText,
  IsId,
  IsSku,
  listOrders,
  ORDER_STATUSES,
  type OrderStatus,
  type OrderView,
  Rejected,
} from '#contracts';
import { RpcClient, type Trace } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { Cursors } from '../lists/cursor.js';
import { ListQuery, ValidListQuery } from '../lists/list-query.pipe.js';
import { type Page } from '../lists/page.js';

/** RFC 3339 with its offset, in years that every database knows. That the day exists is for IsISO8601 to say. */
const TIMESTAMP =
  /^[12]\d{3}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const TIMESTAMP_WORDS = { message: 'must be a timestamp such as 2026-11-23T10:00:00.000Z' };

export class OrdersQuery extends ListQuery {
  @IsOptional() @IsIn(ORDER_STATUSES) status?: OrderStatus;
  @IsOptional() @IsFreeText(64) customerId?: string;
  @IsOptional() @IsISO8601({ strict: true }) @Matches(TIMESTAMP, TIMESTAMP_WORDS) createdAfter?: string;
  @IsOptional() @IsISO8601({ strict: true }) @Matches(TIMESTAMP, TIMESTAMP_WORDS) createdBefore?: string;
  @IsOptional() @IsId('pay') paymentId?: string;
  @IsOptional() @IsSku() sku?: string;
}

@Controller('v1/orders')
export class OrderListController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  @Get()
  @Needs('orders:read')
  async list(
    @Query(new ValidListQuery(OrdersQuery)) {
      cursor,
      createdAfter,
      createdBefore,
      paymentId,
      ...filters
    }: OrdersQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<OrderView>> {
    const { status, customerId, sku } = filters;
    const key = ['orders', status, customerId, createdAfter, createdBefore, paymentId, sku];
    const before = cursor === undefined ? undefined : this.cursors.read(key, cursor);
    const orderId = paymentId && (await this.orderPaidBy(paymentId, trace));
    if (paymentId && !orderId) return { data: [], nextCursor: null };
    const request = {
      ...filters,
      ...(createdAfter && { createdAfter: new Date(createdAfter).toISOString() }),
      ...(createdBefore && { createdBefore: new Date(createdBefore).toISOString() }),
      ...(orderId && { orderId }),
      ...(before !== undefined && { before }),
    };
    const { data, next } = await this.rpc.call(listOrders, request, this.config.callOptions(trace));
    return { data, nextCursor: next === null ? null : this.cursors.write(key, next) };
  }

  /** The payment service knows the order of every payment, so orders need no index by payment. */
  private async orderPaidBy(paymentId: string, trace: Trace): Promise<string | undefined> {
    try {
      return (await this.rpc.call(getPayment, { paymentId }, this.config.callOptions(trace))).orderId;
    } catch (error) {
      if (error instanceof Rejected && error.code === 'payment-not-found') return undefined;
      throw error;
    }
  }
}
