import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import {
  GetPayment,
  getLedger,
  getPayment,
  getTimeline,
  IsId,
  isId,
  type LedgerPosting,
  type PaymentView,
  Rejected,
} from '#contracts';
import { RpcClient, type Trace } from '#messaging';
import { GatewayConfig } from './config.js';
import { Cursors } from './cursor.js';
import { type ApiRequest } from './http.module.js';
import { type Page } from './page.js';
import { Needs } from './policy.decorator.js';
import { ValidPart, ValidQuery } from './valid.pipe.js';

export class ListQuery {
  @IsInt() @Min(1) @Max(100) limit: number;
  @IsOptional() @IsString() cursor?: string;
}

export class PaymentsQuery extends ListQuery {
  @IsId('ord') orderId: string;
}

/** The payments of an order, and the postings of a payment. */
@Controller('v1/payments')
export class PaymentListsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  /**
   * The order knows which payments it has asked for, so the payment service needs no index by order, which every payment
   * would have to pay for. One that it has not heard of yet is left out.
   */
  @Get()
  @Needs('payments:read')
  async ofOrder(
    @Query(new ValidQuery(PaymentsQuery)) { orderId, limit, cursor }: PaymentsQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<PaymentView>> {
    const key = ['payments', orderId];
    const before = cursor === undefined ? undefined : this.cursors.read(key, cursor);
    const all = await this.paymentIds(orderId, trace);
    const left = before === undefined ? all : all.filter((id) => id < before);
    const ids = left.slice(0, limit);
    const found = await Promise.all(ids.map((id) => this.find(id, trace)));
    const last = left.length > limit ? ids.at(-1) : undefined;
    return {
      data: found.filter((payment) => payment !== undefined),
      nextCursor: last === undefined ? null : this.cursors.write(key, last),
    };
  }

  @Get(':id/ledger')
  @Needs('payments:read')
  async ledger(
    @Param('id', new ValidPart(GetPayment, 'paymentId')) paymentId: string,
    @Query(new ValidQuery(ListQuery)) { limit, cursor }: ListQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<LedgerPosting>> {
    const key = ['ledger', paymentId];
    const after = cursor === undefined ? {} : { after: this.cursors.read(key, cursor) };
    const question = { paymentId, limit, ...after };
    const { data, next } = await this.rpc.call(getLedger, question, this.config.callOptions(trace));
    return { data, nextCursor: next === null ? null : this.cursors.write(key, next) };
  }

  /** Newest first: ids sort by the time at which they were made. */
  private async paymentIds(orderId: string, trace: Trace): Promise<string[]> {
    const { data } = await this.rpc.call(getTimeline, { orderId }, this.config.callOptions(trace));
    const ids = data.map(({ detail }) => detail?.paymentId);
    const known = ids.filter((id): id is string => typeof id === 'string' && isId('pay', id));
    return [...new Set(known)].sort().reverse();
  }

  private async find(paymentId: string, trace: Trace): Promise<PaymentView | undefined> {
    try {
      return await this.rpc.call(getPayment, { paymentId }, this.config.callOptions(trace));
    } catch (error) {
      if (error instanceof Rejected && error.code === 'payment-not-found') return undefined;
      throw error;
    }
  }
}
