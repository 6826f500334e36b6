import { Controller, Get, HttpCode, Post, Query, Req } from '@nestjs/common';
import { IsIn, IsOptional } from 'class-validator';
import { getSales, IsDay, Rejected, rebuildSales, type SalesRebuild, type SalesReport } from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { Cursors } from '../lists/cursor.js';
import { ListQuery, ValidListQuery } from '../lists/list-query.pipe.js';

const MAX_DAYS = 366;
const USUAL_DAYS = 30;
const DAY_MS = 86_400_000;

export class SalesQuery extends ListQuery {
  @IsOptional() @IsDay() from?: string;
  @IsOptional() @IsDay() to?: string;
  @IsOptional() @IsIn(['day', 'sku']) by?: 'day' | 'sku';
}

@Controller('v1/reports/sales')
export class ReportsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  @Get()
  @Needs('ops:read')
  async sales(
    @Query(new ValidListQuery(SalesQuery)) { by = 'day', limit, cursor, ...asked }: SalesQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<SalesReport> {
    const { from, to } = spanOf(asked);
    const key = ['sales', from, to, by];
    const after = cursor === undefined ? {} : { after: this.cursors.read(key, cursor) };
    const question = { from, to, by, limit, ...after };
    const { data, next, asOf } = await this.rpc.call(getSales, question, this.config.callOptions(trace));
    return { from, to, by, asOf, data, nextCursor: next === null ? null : this.cursors.write(key, next) };
  }

  @Post('rebuild')
  @HttpCode(202)
  @Needs('ops:write')
  rebuild(@Req() { trace }: ApiRequest): Promise<SalesRebuild> {
    return this.rpc.call(rebuildSales, { begin: true }, this.config.callOptions(trace));
  }

  @Get('rebuild')
  @Needs('ops:read')
  rebuilding(@Req() { trace }: ApiRequest): Promise<SalesRebuild> {
    return this.rpc.call(rebuildSales, { begin: false }, this.config.callOptions(trace));
  }
}

/** Thirty days, from or up to the one that is named, else up to today. */
function spanOf(asked: Pick<SalesQuery, 'from' | 'to'>): { readonly from: string; readonly to: string } {
  const dayAfter = (day: string, days: number) =>
    new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
  const today = new Date().toISOString().slice(0, 10);
  const to = asked.to ?? (asked.from ? dayAfter(asked.from, USUAL_DAYS - 1) : today);
  const from = asked.from ?? dayAfter(to, 1 - USUAL_DAYS);
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (days >= 1 && days <= MAX_DAYS) return { from, to };
  const detail = `must be ${from} or one of the ${MAX_DAYS - 1} days after it`;
  throw new Rejected('validation-failed', { errors: [{ pointer: '/query/to', detail }] });
}
