import { Controller } from '@nestjs/common';
import { type ReceiveWebhook, Rejected, receiveWebhook, type WebhookReceived } from '#contracts';
import { crash } from '#crash-points';
import { type Message, OnRpc } from '#messaging';
import { Database } from '#persistence';
import { Heeding, WebhookSources } from './webhook.js';
import { storeEvent } from './webhook.store.js';

/** Authentic, stored, answered; and only then heeded. */
@Controller()
export class WebhookHandlers {
  constructor(
    private readonly sources: WebhookSources,
    private readonly heeding: Heeding,
    private readonly database: Database,
  ) {}

  @OnRpc(receiveWebhook)
  async receive(
    { provider, body, headers }: ReceiveWebhook,
    { trace }: Message<string, ReceiveWebhook>,
  ): Promise<WebhookReceived> {
    const bytes = Buffer.from(body, 'base64');
    const event = this.sources.read({ provider, body: bytes, headers: { ...headers } }, this.database.now());
    if (!event) throw new Rejected('webhook-signature-invalid');
    const { requestId, traceparent } = trace;
    const stored = { ...event, provider, requestId, traceId: traceparent.slice(3, 35) };
    crash?.('webhook.before-store');
    const isNew = await storeEvent(this.database, stored, bytes);
    crash?.('webhook.stored');
    if (isNew) this.heeding.heed(stored);
    return { replayed: !isNew };
  }
}
