import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { type SandboxEvent } from './webhook.js';

export interface SenderOptions {
  readonly url: string;
  readonly secret: string;
}

const TRY_MS = 5_000;
/** Pauses between tries; after the last one nothing is sent any more, and who waits has to ask. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000];
/** Every event is sent once more after it was taken, so that nobody comes to rely on hearing it once. */
const AGAIN_AFTER_MS = 500;

/** Tells of what the sandbox has done of its own accord. At least once, while the process lives. */
export class WebhookSender {
  private readonly inHand = new Set<Promise<void>>();
  private readonly stopped = new AbortController();

  constructor(private readonly options: SenderOptions) {}

  /** Returns at once. */
  tell(type: SandboxEvent['type'], paymentId: string): void {
    const event: SandboxEvent = { type, timestamp: new Date().toISOString(), data: { paymentId } };
    const work = this.deliver(`msg_${randomUUID()}`, JSON.stringify(event))
      // Only the end of the process stops it.
      .catch(() => undefined)
      .finally(() => this.inHand.delete(work));
    this.inHand.add(work);
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await Promise.all(this.inHand);
  }

  private async deliver(id: string, body: string): Promise<void> {
    const { signal } = this.stopped;
    for (const ms of PAUSES_MS) {
      if (await this.isTaken(id, body)) {
        await pause(AGAIN_AFTER_MS, undefined, { signal });
        await this.isTaken(id, body);
        return;
      }
      await pause(ms, undefined, { signal });
    }
  }

  private async isTaken(id: string, body: string): Promise<boolean> {
    const at = new Date();
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(this.options.secret).sign(id, at, body),
    };
    const signal = AbortSignal.any([this.stopped.signal, AbortSignal.timeout(TRY_MS)]);
    try {
      const answer = await fetch(this.options.url, { method: 'POST', headers, body, signal });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false;
    }
  }
}
