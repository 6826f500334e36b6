import { isUtf8 } from 'node:buffer';
import { Rejected, type WebhookProvider } from '#contracts';
import { sandboxEvent } from './sandbox/webhook.js';
import { stripeEvent } from './stripe/webhook.js';
import { type ReadEvent, type WebhookCall, type WebhookEvent, type WebhookSources } from './webhook.js';

/** How the calls of each provider are read. */
const READERS: Readonly<Record<WebhookProvider, ReadEvent>> = {
  sandbox: sandboxEvent,
  stripe: stripeEvent,
};

/** Calls of providers that have secrets here. */
export class SignedWebhooks implements WebhookSources {
  constructor(private readonly secrets: Readonly<Record<WebhookProvider, readonly string[]>>) {}

  read({ provider, body, headers }: WebhookCall, now: Date): WebhookEvent | undefined {
    const secrets = this.secrets[provider];
    if (secrets.length === 0) {
      throw new Rejected('route-not-found', { detail: `Webhooks of ${provider} are not set up here.` });
    }
    // Bytes that are no text would be signed as other bytes than came.
    return isUtf8(body) ? READERS[provider](body.toString(), headers, secrets, now) : undefined;
  }
}
