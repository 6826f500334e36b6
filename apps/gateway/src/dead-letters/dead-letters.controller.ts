import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { type FastifyReply } from 'fastify';
import {
  DEAD_LETTER_STATUSES,
  DEAD_LETTERS,
  type DeadLetterGroup,
  DeadLetterRef,
  type DeadLetterStatus,
  type DeadLetterSummary,
  type DeadLetterView,
  IsFreeText,
  newId,
  RedriveRef,
  RedriveRequest,
  type RedriveView,
  type ServiceName,
} from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { ValidBody, ValidPart } from '../http/valid.pipe.js';
import { Cursors } from '../lists/cursor.js';
import { ValidListQuery } from '../lists/list-query.pipe.js';
import { type Page } from '../lists/page.js';
import { DeadLettersClient, positionOf } from './dead-letters.client.js';

const SERVICES = Object.keys(DEAD_LETTERS) as ServiceName[];

export class ServiceRef {
  @IsIn(SERVICES) service: ServiceName;
}

export class FailureGroupsQuery {
  @IsOptional() @IsIn(SERVICES) service?: ServiceName;
  @IsInt() @Min(1) @Max(100) limit: number;
}

export class FailuresQuery extends FailureGroupsQuery {
  @IsOptional() @IsIn(DEAD_LETTER_STATUSES) status?: DeadLetterStatus;
  @IsOptional()
  @Matches(/^[0-9a-f]{12}$/, { message: 'must be the cause of a group of dead letters' })
  cause?: string;
  @IsOptional() @IsString() cursor?: string;
}

export class DiscardRequest {
  @IsFreeText(200) reason: string;
}

const SERVICE = new ValidPart(ServiceRef, 'service');
const LETTER = new ValidPart(DeadLetterRef, 'id');
const REDRIVE = new ValidPart(RedriveRef, 'id');

/** What nobody could handle: to be looked at, sent back, or given up with a reason. */
@Controller('ops/failures')
export class DeadLettersController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly letters: DeadLettersClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  @Get()
  @Needs('ops:read')
  async list(
    @Query(new ValidListQuery(FailuresQuery)) { service, status, cause, limit, cursor }: FailuresQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<DeadLetterSummary>> {
    const key = ['failures', service, status, cause];
    const after = cursor === undefined ? {} : { after: this.cursors.read(key, cursor) };
    const asked = { limit, ...(status && { status }), ...(cause && { cause }), ...after };
    const { data, more } = await this.letters.list(service, asked, trace);
    const last = more ? data.at(-1) : undefined;
    return { data, nextCursor: last ? this.cursors.write(key, positionOf(last)) : null };
  }

  @Get('groups')
  @Needs('ops:read')
  async groups(
    @Query(new ValidListQuery(FailureGroupsQuery)) { service, limit }: FailureGroupsQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<DeadLetterGroup>> {
    const groups = await this.letters.groups(service, limit, trace);
    return { data: groups.slice(0, limit), nextCursor: null };
  }

  @Get(':service/:id')
  @Needs('ops:read')
  get(
    @Param('service', SERVICE) service: ServiceName,
    @Param('id', LETTER) id: string,
    @Req() { trace }: ApiRequest,
  ): Promise<DeadLetterView> {
    return this.rpc.call(DEAD_LETTERS[service].get, { id }, this.config.callOptions(trace));
  }

  @Post(':service/:id/redrive')
  @Needs('ops:write')
  @HttpCode(200)
  redrive(
    @Param('service', SERVICE) service: ServiceName,
    @Param('id', LETTER) id: string,
    @Req() { caller: actor, trace }: ApiRequest,
  ): Promise<DeadLetterView> {
    return this.rpc.call(DEAD_LETTERS[service].redrive, { id, actor }, this.config.callOptions(trace));
  }

  @Post(':service/:id/discard')
  @Needs('ops:write')
  @HttpCode(200)
  discard(
    @Param('service', SERVICE) service: ServiceName,
    @Param('id', LETTER) id: string,
    @Body(new ValidBody(DiscardRequest)) { reason }: DiscardRequest,
    @Req() { caller: actor, trace }: ApiRequest,
  ): Promise<DeadLetterView> {
    const question = { id, actor, reason };
    return this.rpc.call(DEAD_LETTERS[service].discard, question, this.config.callOptions(trace));
  }

  /** Needs no key: there is one redrive at a time, and redriving twice is harmless. */
  @Post(':service/redrives')
  @Needs('ops:write')
  @HttpCode(202)
  async begin(
    @Param('service', SERVICE) service: ServiceName,
    @Body(new ValidBody(RedriveRequest, {})) request: RedriveRequest,
    @Req() { caller: actor, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RedriveView> {
    const { cause, perSecond = 10, canary = true } = request;
    const question = { id: newId('rdv'), actor, perSecond, canary, ...(cause && { cause }) };
    const begun = await this.rpc.call(DEAD_LETTERS[service].begin, question, this.config.callOptions(trace));
    reply.header('location', `/ops/failures/${service}/redrives/${begun.id}`);
    return begun;
  }

  @Get(':service/redrives/:id')
  @Needs('ops:read')
  progress(
    @Param('service', SERVICE) service: ServiceName,
    @Param('id', REDRIVE) id: string,
    @Req() { trace }: ApiRequest,
  ): Promise<RedriveView> {
    return this.rpc.call(DEAD_LETTERS[service].progress, { id }, this.config.callOptions(trace));
  }

  @Post(':service/redrives/:id/stop')
  @Needs('ops:write')
  @HttpCode(200)
  stop(
    @Param('service', SERVICE) service: ServiceName,
    @Param('id', REDRIVE) id: string,
    @Req() { caller: actor, trace }: ApiRequest,
  ): Promise<RedriveView> {
    return this.rpc.call(DEAD_LETTERS[service].stop, { id, actor }, this.config.callOptions(trace));
  }
}
