import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { rpc } from './contract.js';
import { IsId } from './id.js';
import { LedgerPosting } from './refund.js';

/** docs/ledger.md says what is on which. */
export const LEDGER_ACCOUNTS = ['provider_clearing', 'sales', 'refunds'] as const;
export type LedgerAccount = (typeof LEDGER_ACCOUNTS)[number];

/** As RFC 3339 has it, to the millisecond; from the year 2000 on. */
const TIME = /^2\d{3}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/** Of what clients send. Between services times are in UTC. */
export function IsTime(): PropertyDecorator {
  const message = 'must be a time such as "2026-11-23T10:00:00Z"';
  return (target, property) => {
    IsISO8601({ strict: true }, { message })(target, property);
    Matches(TIME, { message })(target, property);
  };
}

/** The postings of a period, oldest first; of one account, if it is named. */
export class ListLedger {
  @IsISO8601() from: string;
  /** Not part of it. */
  @IsISO8601() to: string;
  @IsOptional() @IsIn(LEDGER_ACCOUNTS) account?: LedgerAccount;
  @IsInt() @Min(1) @Max(100) limit: number;
  /** The position that the page before ended with. */
  @IsOptional() @IsString() @MaxLength(100) after?: string;
}

/** Debits minus credits; a credit balance is negative. */
export class AccountBalance {
  @IsIn(LEDGER_ACCOUNTS) account: LedgerAccount;
  @IsString() currency: string;
  @IsInt() balance: number;
}

export class PeriodBalance {
  @IsIn(LEDGER_ACCOUNTS) account: LedgerAccount;
  @IsString() currency: string;
  /** When the period begins, and when it ends. */
  @IsInt() opening: number;
  @IsInt() closing: number;
}

export class PeriodPosting extends LedgerPosting {
  @IsId('pay') paymentId: string;
}

export class LedgerPeriod {
  @IsArray()
  @Type(() => PeriodPosting)
  @ValidateNested({ each: true })
  data: PeriodPosting[];
  /** Null on all pages but the first. */
  @IsOptional()
  @IsArray()
  @Type(() => PeriodBalance)
  @ValidateNested({ each: true })
  balances: PeriodBalance[] | null;
  /** Where the next page begins; null on the last one. */
  @IsOptional() @IsString() next: string | null;
}

export class GetTrialBalance {
  /** Postings from then on are left out. */
  @IsISO8601() at: string;
  /** Until now, by the clock that postings have. `at` is there nevertheless, for a service that does not know this. */
  @IsOptional() @IsBoolean() untilNow?: boolean;
}

export class CurrencyTotal {
  @IsString() currency: string;
  @IsInt() debit: number;
  @IsInt() credit: number;
  /** Debits minus credits: always zero. */
  @IsInt() balance: number;
}

export class TrialBalance {
  @IsISO8601() at: string;
  @IsArray()
  @Type(() => AccountBalance)
  @ValidateNested({ each: true })
  accounts: AccountBalance[];
  @IsArray()
  @Type(() => CurrencyTotal)
  @ValidateNested({ each: true })
  totals: CurrencyTotal[];
}

export const listLedger = rpc('payment.list_ledger.v1', ListLedger, LedgerPeriod, ['payments:read']);
export const getTrialBalance = rpc('payment.trial_balance.v1', GetTrialBalance, TrialBalance, [
  'payments:read',
]);
