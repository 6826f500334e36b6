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
import { type Rpc, rpc, type ServiceName } from './contract.js';
import { IsId } from './id.js';
import { IsFreeText } from './text.js';

export const DEAD_LETTER_STATUSES = ['dead', 'redriven', 'discarded'] as const;
export type DeadLetterStatus = (typeof DEAD_LETTER_STATUSES)[number];

const SERVICES = ['order', 'payment', 'stock'] as const satisfies readonly ServiceName[];

/** The key of a group: letters that died of the same thing have the same. */
function IsCause(): PropertyDecorator {
  return Matches(/^[0-9a-f]{12}$/, { message: 'must be the cause of a group of dead letters' });
}

export class DeadLetterRef {
  @IsId('msg') id: string;
}

export class ListDeadLetters {
  @IsOptional() @IsIn(DEAD_LETTER_STATUSES) status?: DeadLetterStatus;
  @IsOptional() @IsCause() cause?: string;
  @IsInt() @Min(1) @Max(100) limit: number;
  /** The position that the page before ended with. */
  @IsOptional() @IsString() @MaxLength(100) after?: string;
}

/** A message that could not be handled, without its body. */
export class DeadLetterSummary {
  @IsId('msg') id: string;
  @IsIn(SERVICES) service: ServiceName;
  @IsIn(DEAD_LETTER_STATUSES) status: DeadLetterStatus;
  @IsString() queue: string;
  /** Who sent it. */
  @IsString() source: string;
  @IsString() reason: string;
  @IsCause() cause: string;
  /** null when it can't be read. */
  @IsOptional() @IsString() type: string | null;
  @IsString() error: string;
  @IsInt() attempts: number;
  @IsISO8601() failedAt: string;
}

/** What somebody has done about a dead letter. */
export class DeadLetterAction {
  @IsISO8601() at: string;
  @IsString() actor: string;
  @IsIn(['redrive', 'discard']) action: 'redrive' | 'discard';
  @IsOptional() @IsString() reason: string | null;
}

export class DeadLetterView extends DeadLetterSummary {
  @IsOptional() @IsString() traceId: string | null;
  @IsString() stack: string;
  /** As it came; bytes that are no UTF-8 are replaced. */
  @IsString() body: string;
  @IsArray() @Type(() => DeadLetterAction) @ValidateNested({ each: true }) actions: DeadLetterAction[];
}

export class DeadLetterList {
  @IsArray() @Type(() => DeadLetterSummary) @ValidateNested({ each: true }) data: DeadLetterSummary[];
  /** Others follow. A service of a version before this does not say. */
  @IsOptional() @IsBoolean() more?: boolean;
}

export class ListDeadLetterGroups {
  @IsInt() @Min(1) @Max(100) limit: number;
}

/** Letters that wait for somebody and died of the same thing, with one of them as an example. */
export class DeadLetterGroup {
  @IsIn(SERVICES) service: ServiceName;
  @IsCause() cause: string;
  @IsString() reason: string;
  @IsOptional() @IsString() type: string | null;
  @IsString() error: string;
  @IsInt() count: number;
  @IsISO8601() firstAt: string;
  @IsISO8601() lastAt: string;
  @IsId('msg') example: string;
}

export class DeadLetterGroups {
  @IsArray() @Type(() => DeadLetterGroup) @ValidateNested({ each: true }) data: DeadLetterGroup[];
}

export class RedriveLetter extends DeadLetterRef {
  @IsString() @MaxLength(100) actor: string;
}

export class DiscardLetter extends RedriveLetter {
  @IsFreeText(200) reason: string;
}

/** What an operator says to send back many. */
export class RedriveRequest {
  /** Only this group; all letters that wait, unless told. */
  @IsOptional() @IsCause() cause?: string;
  /** 10 unless told. */
  @IsOptional() @IsInt() @Min(1) @Max(1_000) perSecond?: number;
  /** Sends one first, and the others when it has not come back within five seconds. Unless told, it does. */
  @IsOptional() @IsBoolean() canary?: boolean;
}

export class BeginRedrive {
  @IsId('rdv') id: string;
  @IsString() @MaxLength(100) actor: string;
  @IsOptional() @IsCause() cause?: string;
  @IsInt() @Min(1) @Max(1_000) perSecond: number;
  @IsBoolean() canary: boolean;
}

export class RedriveRef {
  @IsId('rdv') id: string;
}

export class StopRedrive extends RedriveRef {
  @IsString() @MaxLength(100) actor: string;
}

export const REDRIVE_STATUSES = ['canary', 'running', 'done', 'stopped'] as const;

/** How far a redrive is. */
export class RedriveView {
  @IsId('rdv') id: string;
  @IsIn(SERVICES) service: ServiceName;
  @IsIn(REDRIVE_STATUSES) status: (typeof REDRIVE_STATUSES)[number];
  @IsString() actor: string;
  @IsOptional() @IsString() cause: string | null;
  @IsInt() perSecond: number;
  @IsInt() redriven: number;
  /** Those it is for and has not sent yet. */
  @IsInt() left: number;
  @IsOptional() @IsString() stoppedBecause: string | null;
  @IsISO8601() begunAt: string;
}

/** Every service answers these for its own dead letters. */
export interface DeadLetterContracts {
  readonly list: Rpc<string, ListDeadLetters, DeadLetterList>;
  readonly groups: Rpc<string, ListDeadLetterGroups, DeadLetterGroups>;
  readonly get: Rpc<string, DeadLetterRef, DeadLetterView>;
  readonly redrive: Rpc<string, RedriveLetter, DeadLetterView>;
  readonly discard: Rpc<string, DiscardLetter, DeadLetterView>;
  readonly begin: Rpc<string, BeginRedrive, RedriveView>;
  readonly progress: Rpc<string, RedriveRef, RedriveView>;
  readonly stop: Rpc<string, StopRedrive, RedriveView>;
}

export const DEAD_LETTERS: Readonly<Record<ServiceName, DeadLetterContracts>> = {
  order: contractsOf('order'),
  payment: contractsOf('payment'),
  stock: contractsOf('stock'),
};

function contractsOf(service: ServiceName): DeadLetterContracts {
  return {
    list: rpc(`${service}.list_dead_letters.v1`, ListDeadLetters, DeadLetterList, ['ops:read']),
    groups: rpc(`${service}.group_dead_letters.v1`, ListDeadLetterGroups, DeadLetterGroups, ['ops:read']),
    get: rpc(`${service}.get_dead_letter.v1`, DeadLetterRef, DeadLetterView, ['ops:read']),
    redrive: rpc(`${service}.redrive_dead_letter.v1`, RedriveLetter, DeadLetterView, ['ops:write']),
    discard: rpc(`${service}.discard_dead_letter.v1`, DiscardLetter, DeadLetterView, ['ops:write']),
    begin: rpc(`${service}.begin_redrive.v1`, BeginRedrive, RedriveView, ['ops:write']),
    progress: rpc(`${service}.get_redrive.v1`, RedriveRef, RedriveView, ['ops:read']),
    stop: rpc(`${service}.stop_redrive.v1`, StopRedrive, RedriveView, ['ops:write']),
  };
}
