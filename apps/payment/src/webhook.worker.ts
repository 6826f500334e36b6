import { crash } from '#crash-points';
import { type Loop, localMessage } from '#loop';
import { type Database } from '#persistence';
import { type Hinted, type PaymentMessage } from './messages.js';
import { type PaymentRow } from './record.js';
import { type PaymentState } from './refund.js';
import { type Heeding, type StoredEvent } from './webhook.js';
import { findUnheeded, forgetHeeded, markHeeded } from './webhook.store.js';

const AT_ONCE = 256;
const FORGOTTEN_AT_ONCE = 1_000;

/** Tells payments that their provider has news. What a crash leaves is found again; a hint that comes twice is one more question. */
export class EventWorker implements Heeding {
  private readonly inHand = new Set<Promise<void>>();

  constructor(
    private readonly loop: Loop<PaymentState, PaymentRow, PaymentMessage>,
    private readonly database: Database,
  ) {}

  heed(event: StoredEvent): void {
    const work = this.tell([event])
      // It stays unheeded, and the next round finds it.
      .catch(() => undefined)
      .finally(() => this.inHand.delete(work));
    this.inHand.add(work);
  }

  async heedRest(): Promise<void> {
    await this.tell(await findUnheeded(this.database, AT_ONCE));
  }

  /** All that is old: as many as come in an hour go in an hour. In small parts, each of which holds its rows for a moment. */
  async forgetOld(stopped: AbortSignal): Promise<void> {
    let forgotten: number;
    do forgotten = await forgetHeeded(this.database, FORGOTTEN_AT_ONCE);
    while (forgotten === FORGOTTEN_AT_ONCE && !stopped.aborted);
  }

  async drain(): Promise<void> {
    await Promise.all(this.inHand);
  }

  private async tell(events: readonly StoredEvent[]): Promise<void> {
    if (events.length === 0) return;
    const heeded = await Promise.all(
      events.map(async (event) => {
        const [outcome] = await this.loop.settle(hintsOf(event));
        return outcome && 'failed' in outcome ? [] : [event];
      }),
    );
    crash?.('webhook.before-heeded');
    await markHeeded(this.database, heeded.flat());
  }
}

function hintsOf({ id: event, paymentId, refundId, requestId, traceId }: StoredEvent): Hinted[] {
  if (paymentId === undefined) return [];
  const trace = { requestId, traceparent: `00-${traceId}-${traceId.slice(0, 16)}-01` };
  const from = { source: 'payment', causationId: null, trace };
  return [localMessage('payment.hinted', { paymentId, ...(refundId && { refundId }), event }, from)];
}
