import { isUtf8 } from 'node:buffer';
import { Rejected, type WebhookProvider } from '#contracts';
import { sandboxEvent } from './sandbox/webhook.js';
import { type ReadEvent, type WebhookCall, type WebhookEvent, type WebhookSources } from './webhook.js';

/** How the calls of each provider are read. A provider that is missing here is not heard. */
const READERS: Readonly<Partial<Record<WebhookProvider, ReadEvent>>> = {
  sandbox: sandboxEvent,
};

/** Calls of providers that have secrets here. */
export class SignedWebhooks implements WebhookSources {
  constructor(private readonly secrets: Readonly<Record<WebhookProvider, readonly string[]>>) {}

  read({ provider, body, headers }: WebhookCall, now: Date): WebhookEvent | undefined {
    const read = READERS[provider];
    const secrets = this.secrets[provider];
    if (!read || secrets.length === 0) {
      throw new Rejected('route-not-found', { detail: `Webhooks of ${provider} are not set up here.` });
    }
    // Bytes that are no text would be signed as other bytes than came.
    return isUtf8(body) ? read(body.toString(), headers, secrets, now) : undefined;
  }
}
