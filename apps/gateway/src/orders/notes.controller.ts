import { Body, Controller, Param, Post, Req, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { addNote, GetOrder, NoteRequest, type TimelineEntry } from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { etag } from '../http/etag.js';
import { idempotencyKey, idempotencyOf } from '../http/idempotency.js';
import { ValidBody, ValidPart } from '../http/valid.pipe.js';

const ROUTE = 'POST /v1/orders/:id/notes';

@Controller('v1/orders')
export class NotesController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly config: GatewayConfig,
  ) {}

  @Post(':id/notes')
  @Needs('orders:write')
  async add(
    @Param('id', new ValidPart(GetOrder, 'orderId')) orderId: string,
    @Body(new ValidBody(NoteRequest)) note: NoteRequest,
    @Req() { raw, caller, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TimelineEntry> {
    const asked = { caller, route: ROUTE, path: `/v1/orders/${orderId}/notes`, body: note };
    const idempotency = idempotencyOf(idempotencyKey(raw.rawHeaders), asked);
    const question = { orderId, idempotency, note, author: caller };
    const { entry, replayed } = await this.rpc.call(addNote, question, this.config.callOptions(trace));
    reply.header('location', `/v1/orders/${orderId}/timeline`).header('etag', etag(entry.version));
    if (replayed) reply.header('idempotency-replayed', 'true');
    return entry;
  }
}
