import { type Money } from '#contracts';
import { crash } from '#crash-points';
import { localMessage } from '#loop';
import { type Log, logged, type Observe, type Outcome } from '#messaging';
import { callingOff, type PaymentEffect, type ProviderEffect } from './effects.js';
import { type PaymentMessage, type ProviderMessage } from './messages.js';
import { type Found, type Provider, type ProviderCall } from './provider.js';
import {
  BREAKER_STATES,
  type BreakerState,
  type GuardOptions,
  ProviderGuard,
} from './provider-guard.client.js';

export interface ProviderCallsOptions extends GuardOptions {
  readonly provider: Provider;
  readonly log: Log;
  readonly observe: Observe;
}

/**
 * A search may take so much longer than a call. Less than the quarantine by far: it must have begun after the last call of
 * a cancelled payment was over, for "absent" to count at its end.
 */
const CALLS_PER_SEARCH = 6;
/** They are many requests each, of which a provider allows so many a second. */
const SEARCHES = { concurrency: 4, maxWaiting: 100 };

type Kind = 'call' | 'search';
/** What the provider has answered, and to what in the end. */
interface Answered {
  readonly kind: Kind;
  readonly found: Found;
}

/** Takes an outcome to where it is decided upon. */
export type Tell = (message: ProviderMessage) => Promise<readonly Outcome[]>;

/**
 * Makes the calls that decisions ask for, and tells what came of them. Whatever is lost here, by a crash or because
 * telling failed, is found by the reconcile worker: the intent is in the database.
 */
export class ProviderCalls {
  readonly guard: ProviderGuard;
  /** Apart, so that no charge waits for a search, and none of them opens the breaker before charges. */
  private readonly searches: ProviderGuard;
  /** By key: who asks again meanwhile waits for the same one. */
  private readonly searching = new Map<string, Promise<Found>>();
  private readonly ending = new AbortController();
  private readonly inHand = new Set<Promise<void>>();

  constructor(private readonly options: ProviderCallsOptions) {
    this.guard = new ProviderGuard(options);
    const timeoutMs = options.timeoutMs * CALLS_PER_SEARCH;
    this.searches = new ProviderGuard({ ...options, ...SEARCHES, timeoutMs });
    this.watch('call', this.guard);
    this.watch('search', this.searches);
  }

  readonly canMove = (money: Money): boolean => this.options.provider.canMove?.(money) ?? true;

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

  /**
   * Resolves when no call is in hand, nor one that came of it. Each has a deadline, so this has one too. Searches are given
   * up: they only read, and whoever comes next begins them anew.
   */
  async drain(): Promise<void> {
    this.ending.abort();
    while (this.inHand.size > 0) await Promise.all(this.inHand);
  }

  private watch(kind: Kind, guard: ProviderGuard): void {
    const { log, observe } = this.options;
    const tell = (state: BreakerState): void =>
      observe('waybill_provider_breaker_state', { kind }, BREAKER_STATES.indexOf(state));
    tell(guard.state);
    guard.onChange((state) => {
      tell(state);
      log.warn({ kind, state }, 'the breaker before the provider has changed');
    });
  }

  private async carryOut(effect: ProviderEffect, cause: PaymentMessage, tell: Tell): Promise<void> {
    const { log, observe } = this.options;
    const { call, how } = effect;
    crash?.('provider.before-call');
    const { kind, found } = await this.ask(call, how);
    crash?.('provider.answered');
    const { operation } = call;
    observe('waybill_provider_calls_total', { kind, operation, outcome: found.outcome });
    if (found.outcome === 'unknown') {
      log.warn({ ...logged(cause), key: call.key, reason: found.reason }, 'provider outcome unknown');
    }
    const [outcome] = await tell(messageOf(effect, found, cause));
    if (outcome && 'failed' in outcome) throw outcome.failed;
  }

  private async ask(call: ProviderCall, how: ProviderEffect['how']): Promise<Answered> {
    const { provider } = this.options;
    if (how === 'abandon') await this.guard.ask((signal) => provider.perform(callingOff(call), signal));
    if (how === 'call') return this.perform(call);
    if (how === 'settle' && provider.whenLost?.(call) === 'repeat') {
      const answer = await this.perform(call);
      const { found } = answer;
      return found.outcome === 'unknown' && found.answered === 'spent' ? this.find(call) : answer;
    }
    const answer = await this.find(call);
    return answer.found.outcome === 'absent' && how === 'settle' ? this.perform(call) : answer;
  }

  private async perform(call: ProviderCall): Promise<Answered> {
    const found = await this.guard.ask((signal) => {
      const answer = this.options.provider.perform(call, signal);
      crash?.('provider.called');
      return answer;
    });
    return { kind: 'call', found };
  }

  private async find(call: ProviderCall): Promise<Answered> {
    const { provider } = this.options;
    if (provider.whenLost?.(call)) return { kind: 'search', found: await this.search(call) };
    return { kind: 'call', found: await this.guard.ask((signal) => provider.get(call, signal)) };
  }

  private search(call: ProviderCall): Promise<Found> {
    const { provider } = this.options;
    const { key } = call;
    const underWay = this.searching.get(key);
    if (underWay) return underWay;
    const search = this.searches
      .ask((signal) => provider.get(call, AbortSignal.any([signal, this.ending.signal])))
      .finally(() => this.searching.delete(key));
    this.searching.set(key, search);
    return search;
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
