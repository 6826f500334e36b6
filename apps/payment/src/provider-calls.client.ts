import { crash } from '#crash-points';
import { localMessage } from '#loop';
import { type Log, logged, type Observe, type Outcome } from '#messaging';
import { callingOff, type PaymentEffect, type ProviderEffect } from './effects.js';
import { type PaymentMessage, type ProviderMessage } from './messages.js';
import { type Found, type Provider, type ProviderCall } from './provider.js';
import { BREAKER_STATES, type GuardOptions, ProviderGuard } from './provider-guard.client.js';

export interface ProviderCallsOptions extends GuardOptions {
  readonly provider: Provider;
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
  readonly guard: ProviderGuard;
  private readonly inHand = new Set<Promise<void>>();

  constructor(private readonly options: ProviderCallsOptions) {
    const { log, observe } = options;
    this.guard = new ProviderGuard(options);
    observe('waybill_provider_breaker_state', {}, BREAKER_STATES.indexOf(this.guard.state));
    this.guard.onChange((state) => {
      observe('waybill_provider_breaker_state', {}, BREAKER_STATES.indexOf(state));
      log.warn({ state }, 'the breaker before the provider has changed');
    });
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
    crash?.('provider.before-call');
    const found = await this.ask(call, how);
    crash?.('provider.answered');
    observe('waybill_provider_calls_total', { operation: call.operation, outcome: found.outcome });
    if (found.outcome === 'unknown') {
      log.warn({ ...logged(cause), key: call.key, reason: found.reason }, 'provider outcome unknown');
    }
    const [outcome] = await tell(messageOf(effect, found, cause));
    if (outcome && 'failed' in outcome) throw outcome.failed;
  }

  private async ask(call: ProviderCall, how: ProviderEffect['how']): Promise<Found> {
    const { provider } = this.options;
    if (how === 'abandon') await this.guard.ask((signal) => provider.perform(callingOff(call), signal));
    if (how !== 'call') {
      const found = await this.guard.ask((signal) => provider.get(call, signal));
      if (found.outcome !== 'absent' || how !== 'settle') return found;
    }
    return this.guard.ask((signal) => {
      const answer = provider.perform(call, signal);
      crash?.('provider.called');
      return answer;
    });
  }
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
