import { Body, Controller, Param, Put, Req, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import {
  type ChangeRefused,
  changeOrder,
  GetOrder,
  getOrder,
  LinesRequest,
  newId,
  type OrderView,
  Rejected,
} from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { etag, exactVersion } from '../http/etag.js';
import { ValidBody, ValidPart } from '../http/valid.pipe.js';
import { USUAL_WAIT_S } from '../payments/payments.controller.js';
import { waitSeconds } from '../waiting/prefer.js';

type Notice = OrderView | { readonly refused: Pick<ChangeRefused, 'code' | 'items'> };

/** Other lines for an order that awaits its payment. */
@Controller('v1/orders/:id/lines')
export class OrderChangesController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly config: GatewayConfig,
  ) {}

  @Put()
  @Needs('orders:write')
  async change(
    @Param('id', new ValidPart(GetOrder, 'orderId')) orderId: string,
    @Body(new ValidBody(LinesRequest)) request: LinesRequest,
    @Req() { headers, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderView> {
    const version = exactVersion(headers['if-match']);
    if (version === undefined) throw new Rejected('if-match-missing');
    const wait = waitSeconds(headers.prefer);
    const waitMs = (wait ?? USUAL_WAIT_S) * 1_000;
    const changeId = newId('evt');
    const expected = this.rpc.expect('order', changeId, waitMs);
    try {
      const question = { orderId, expectedVersion: version, request, changeId, notify: waitMs > 0 };
      const asked = await this.rpc.call(changeOrder, question, this.config.callOptions(trace));
      const notice = (waitMs > 0 ? await expected.notice : undefined) as Notice | undefined;
      if (notice && 'refused' in notice) throw refusal(orderId, request, notice.refused);
      const order = notice ?? (await this.read(asked, trace));
      // Without a notice nobody knows: it may have ended after the change was made.
      if (notice && order.status !== 'awaiting_payment') {
        throw new Rejected('order-not-changeable', { orderId, status: order.status });
      }
      reply.code(notice ? 200 : 202).header('etag', etag(order.version));
      if (wait !== undefined) reply.header('preference-applied', 'wait');
      return order;
    } finally {
      expected.cancel();
    }
  }

  /** The change is accepted: not being able to read the order now must not turn the answer into an error. */
  private async read(order: OrderView, trace: ApiRequest['trace']): Promise<OrderView> {
    try {
      return await this.rpc.call(getOrder, { orderId: order.id }, this.config.callOptions(trace));
    } catch (error) {
      if (error instanceof Rejected) return order;
      throw error;
    }
  }
}

/** The pointers lead to the lines that the client sent. */
function refusal(
  orderId: string,
  { lines }: LinesRequest,
  { code: reason, items }: Pick<ChangeRefused, 'code' | 'items'>,
): Rejected {
  const errors = items.map(({ sku, requested, available }) => ({
    pointer: `/lines/${lines.findIndex((line) => line.sku === sku)}`,
    detail: `${requested} of ${sku} asked, ${available} available`,
  }));
  return new Rejected('order-change-refused', { orderId, reason, ...(errors.length > 0 && { errors }) });
}
