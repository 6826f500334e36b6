import { Controller, Get, Query, Req } from '@nestjs/common';
import { IsOptional } from 'class-validator';
import { type CloudEvent, IsEventId, IsEventType, listEvents } from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { Cursors } from '../lists/cursor.js';
import { ListQuery, ValidListQuery } from '../lists/list-query.pipe.js';
import { type Page } from '../lists/page.js';

export class EventsQuery extends ListQuery {
  @IsOptional() @IsEventType() type?: string;
  /** The id of an event: those after it. */
  @IsOptional() @IsEventId() after?: string;
}

@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  @Get()
  @Needs('ops:read')
  async list(
    @Query(new ValidListQuery(EventsQuery)) { cursor, ...asked }: EventsQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<CloudEvent>> {
    const key = ['events', asked.type, asked.after];
    const position = cursor === undefined ? {} : { position: this.cursors.read(key, cursor) };
    const { data, next } = await this.rpc.call(
      listEvents,
      { ...asked, ...position },
      this.config.callOptions(trace),
    );
    return { data, nextCursor: next === null ? null : this.cursors.write(key, next) };
  }
}
