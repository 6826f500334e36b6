import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { GetPayment, getLedger, IsId, type LedgerPosting, type PaymentView } from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { ValidPart } from '../http/valid.pipe.js';
import { Cursors } from '../lists/cursor.js';
import { ListQuery, ValidListQuery } from '../lists/list-query.pipe.js';
import { type Page } from '../lists/page.js';
import { OrderPaymentsClient } from './order-payments.client.js';

export class PaymentsQuery extends ListQuery {
  @IsId('ord') orderId: string;
}

/** The payments of an order, and the postings of a payment. */
@Controller('v1/payments')
export class PaymentListsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly payments: OrderPaymentsClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  @Get()
  @Needs('payments:read')
  async ofOrder(
    @Query(new ValidListQuery(PaymentsQuery)) { orderId, limit, cursor }: PaymentsQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<PaymentView>> {
    const key = ['payments', orderId];
    const before = cursor === undefined ? undefined : this.cursors.read(key, cursor);
    const all = await this.payments.idsOf(orderId, trace);
    const left = before === undefined ? all : all.filter((id) => id < before);
    const ids = left.slice(0, limit);
    const last = left.length > limit ? ids.at(-1) : undefined;
    return {
      data: await this.payments.find(ids, trace),
      nextCursor: last === undefined ? null : this.cursors.write(key, last),
    };
  }

  @Get(':id/ledger')
  @Needs('payments:read')
  async ledger(
    @Param('id', new ValidPart(GetPayment, 'paymentId')) paymentId: string,
    @Query(new ValidListQuery(ListQuery)) { limit, cursor }: ListQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<LedgerPosting>> {
    const key = ['ledger', paymentId];
    const after = cursor === undefined ? {} : { after: this.cursors.read(key, cursor) };
    const question = { paymentId, limit, ...after };
    const { data, next } = await this.rpc.call(getLedger, question, this.config.callOptions(trace));
    return { data, nextCursor: next === null ? null : this.cursors.write(key, next) };
  }
}
