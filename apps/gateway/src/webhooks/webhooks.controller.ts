import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { MAX_WEBHOOK_BYTES, receiveWebhook, type WebhookProvider } from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Open } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { type RouteBody } from '../http/http.module.js';
import { signatureHeaders } from './webhook-headers.js';

/** Whoever has the secret may call: that is for the payment service to find out, which has it too. */
@Controller('v1/webhooks')
@Open()
export class WebhooksController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly config: GatewayConfig,
  ) {}

  @Post('sandbox')
  @HttpCode(204)
  @RouteConfig({ rawBytes: MAX_WEBHOOK_BYTES } satisfies RouteBody)
  sandbox(@Body() body: unknown, @Req() request: ApiRequest): Promise<void> {
    return this.passOn('sandbox', body, request);
  }

  @Post('stripe')
  @HttpCode(204)
  @RouteConfig({ rawBytes: MAX_WEBHOOK_BYTES } satisfies RouteBody)
  stripe(@Body() body: unknown, @Req() request: ApiRequest): Promise<void> {
    return this.passOn('stripe', body, request);
  }

  private async passOn(provider: WebhookProvider, body: unknown, { raw, trace }: ApiRequest): Promise<void> {
    const bytes = Buffer.isBuffer(body) ? body.toString('base64') : '';
    const call = { provider, body: bytes, headers: signatureHeaders(raw.rawHeaders) };
    await this.rpc.call(receiveWebhook, call, this.config.callOptions(trace));
  }
}
