import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { GetOrder } from '#contracts';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { ValidPart } from '../http/valid.pipe.js';
import { lastEventId } from './event-stream.client.js';
import { EventStreams } from './event-streams.worker.js';

@Controller('v1/orders')
export class OrderEventsController {
  constructor(private readonly streams: EventStreams) {}

  @Get(':id/events')
  @Needs('orders:read')
  async follow(
    @Param('id', new ValidPart(GetOrder, 'orderId')) orderId: string,
    @Req() request: ApiRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const after = lastEventId(request.headers['last-event-id']);
    const stream = await this.streams.open(orderId, after, request);
    reply.header('cache-control', 'no-store');
    if (!stream) {
      // To a browser this says: do not connect again (HTML standard, 9.2.3).
      await reply.code(204).send();
      return;
    }
    // A proxy must not gather events; and when it is over, the connection is not worth keeping.
    reply.headers({ 'x-accel-buffering': 'no', connection: 'close' }).type('text/event-stream');
    if (request.method !== 'HEAD') {
      void reply.send(stream);
      return;
    }
    stream.destroy();
    await reply.send();
  }
}
