import { localMessage } from '#loop';
import { type Log, logged, type Observe, type Outcome } from '#messaging';
import { Bulkhead } from './bulkhead.js';
import { callingOff, type PaymentEffect, type ProviderEffect } from './effects.js';
import { type PaymentMessage, type ProviderMessage } from './messages.js';
import { type Found, type Provider, type ProviderCall } from './provider.js';

export interface ProviderCallsOptions {
  readonly provider: Provider;
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly maxWaiting: number;
  readonly log: Log;
  readonly observe: Observe;
}

/** Takes an outcome to where it is decided upon. */
export type Tell = (message: ProviderMessage) => Promise<readonly Outcome[]>;

/**
 * Makes the calls that decisions ask for, and tells what came of them. Whatever is lost here, by a crash or because
 * telling failed, is found by the reconcile worker: the intent is in the database.
 */
export class ProviderCalls {
  private readonly bulkhead: Bulkhead;
  private readonly inHand = new Set<Promise<void>>();

  constructor(private readonly options: ProviderCallsOptions) {
    this.bulkhead = new Bulkhead(options.concurrency, options.maxWaiting);
  }

  /** Never throws; the work it starts is awaited by `drain`. */
  start(effect: PaymentEffect, cause: PaymentMessage, tell: Tell): void {
    const { log, observe } = this.options;
    if (effect.kind === 'alert') {
      observe('waybill_payments_halted_total');
      const { paymentId, reason } = effect;
      log.error({ ...logged(cause), paymentId, reason }, 'payment halted: somebody has to look');
      return;
    }
    const work = this.carryOut(effect, cause, tell)
      .catch((error: unknown) =>
        log.error({ err: error, ...logged(cause), key: effect.call.key }, 'provider call lost'),
      )
      .finally(() => this.inHand.delete(work));
    this.inHand.add(work);
  }

  /** Resolves when no call is in hand, nor one that came of it. Each has a deadline, so this has one too. */
  async drain(): Promise<void> {
    while (this.inHand.size > 0) await Promise.all(this.inHand);
  }

  private async carryOut(effect: ProviderEffect, cause: PaymentMessage, tell: Tell): Promise<void> {
    const { log, observe } = this.options;
    const { call, how } = effect;
    const found = await this.ask(call, how);
    observe('waybill_provider_calls_total', { operation: call.operation, outcome: found.outcome });
    if (found.outcome === 'unknown') {
      log.warn({ ...logged(cause), key: call.key, reason: found.reason }, 'provider outcome unknown');
    }
    const [outcome] = await tell(messageOf(effect, found, cause));
    if (outcome && 'failed' in outcome) throw outcome.failed;
  }

  private async ask(call: ProviderCall, how: ProviderEffect['how']): Promise<Found> {
    const { provider } = this.options;
    if (how === 'abandon') await this.inTime((signal) => provider.perform(callingOff(call), signal));
    if (how !== 'call') {
      const found = await this.inTime((signal) => provider.get(call, signal));
      if (found.outcome !== 'absent' || how !== 'settle') return found;
    }
    return this.inTime((signal) => provider.perform(call, signal));
  }

  /** One call, its time in the queue included. Every kind of doubt comes out as "unknown". */
  private async inTime(work: (signal: AbortSignal) => Promise<Found>): Promise<Found> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.options.timeoutMs);
    const { signal } = deadline;
    try {
      const leave = await this.bulkhead.enter(signal);
      if (!leave) return { outcome: 'unknown', reason: 'not called: too many calls are under way' };
      try {
        return await Promise.race([work(signal), timedOut(signal)]);
      } finally {
        leave();
      }
    } catch (error) {
      return { outcome: 'unknown', reason: reasonOf(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Goes into the history: short, and nothing that PostgreSQL could refuse. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
}

function timedOut(signal: AbortSignal): Promise<Found> {
  return new Promise((resolve) => {
    const giveUp = (): void => resolve({ outcome: 'unknown', reason: 'no answer in time' });
    signal.addEventListener('abort', giveUp, { once: true });
  });
}

function messageOf({ call, refundId }: ProviderEffect, found: Found, cause: PaymentMessage): ProviderMessage {
  const about = { paymentId: call.paymentId, operation: call.operation, ...(refundId && { refundId }) };
  const from = { source: 'payment', causationId: cause.id, trace: cause.trace };
  switch (found.outcome) {
    case 'ok': {
      const { outcome: _, ...said } = found;
      return localMessage('payment.provider_succeeded', { ...about, ...said }, from);
    }
    case 'action': {
      const { outcome: _, ...said } = found;
      return localMessage('payment.provider_action_needed', { ...about, ...said }, from);
    }
    case 'expired':
      return localMessage('payment.provider_expired', about, from);
    case 'declined':
      return localMessage('payment.provider_declined', { ...about, code: found.code }, from);
    case 'unknown':
      return localMessage('payment.provider_unknown', { ...about, reason: found.reason }, from);
    case 'absent':
      return localMessage('payment.provider_absent', about, from);
  }
}
