import { Controller, Get, Query, Req } from '@nestjs/common';
import { IsIn, IsOptional } from 'class-validator';
import {
  getTrialBalance,
  IsTime,
  LEDGER_ACCOUNTS,
  type LedgerAccount,
  listLedger,
  type PeriodBalance,
  type PeriodPosting,
  Rejected,
  type TrialBalance,
} from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { ValidQuery } from '../http/valid.pipe.js';
import { Cursors } from '../lists/cursor.js';
import { ListQuery, ValidListQuery } from '../lists/list-query.pipe.js';
import { type Page } from '../lists/page.js';

export class LedgerQuery extends ListQuery {
  @IsTime() from: string;
  /** Not part of the period. */
  @IsTime() to: string;
  @IsOptional() @IsIn(LEDGER_ACCOUNTS) account?: LedgerAccount;
}

export class TrialBalanceQuery {
  /** Now, unless told. */
  @IsOptional() @IsTime() at?: string;
}

interface LedgerPeriodPage extends Page<PeriodPosting> {
  readonly balances: readonly PeriodBalance[] | null;
}

/** The books over all payments. */
@Controller('v1/ledger')
export class LedgerController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  @Get()
  @Needs('payments:read')
  async period(
    @Query(new ValidListQuery(LedgerQuery)) query: LedgerQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<LedgerPeriodPage> {
    const { account, limit, cursor } = query;
    const [from, to] = [utc(query.from), utc(query.to)];
    if (from >= to) {
      throw new Rejected('validation-failed', {
        errors: [{ pointer: '/query/to', detail: 'must be later than from' }],
      });
    }
    const key = ['ledger of a period', from, to, account];
    const after = cursor === undefined ? {} : { after: this.cursors.read(key, cursor) };
    const question = { from, to, limit, ...(account && { account }), ...after };
    const found = await this.rpc.call(listLedger, question, this.config.callOptions(trace));
    const { data, balances, next } = found;
    return { data, balances, nextCursor: next === null ? null : this.cursors.write(key, next) };
  }

  @Get('trial-balance')
  @Needs('payments:read')
  trialBalance(
    @Query(new ValidQuery(TrialBalanceQuery)) { at }: TrialBalanceQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<TrialBalance> {
    const question = at === undefined ? { at: new Date().toISOString(), untilNow: true } : { at: utc(at) };
    return this.rpc.call(getTrialBalance, question, this.config.callOptions(trace));
  }
}

const utc = (time: string): string => new Date(time).toISOString();
