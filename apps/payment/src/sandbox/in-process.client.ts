import { setTimeout as pause } from 'node:timers/promises';
import {
  type Answer,
  type Found,
  type Movement,
  type Period,
  type Provider,
  type ProviderCall,
  type ProviderLedger,
} from '../provider.js';
import {
  type Action,
  type Actions,
  actionFor,
  askingFor,
  KnownActions,
  type StepOptions,
  verdictOn,
} from './action.js';
import { chargeIdOf } from './charge-id.js';
import { type LedgerFile, movementsIn } from './ledger-file.client.js';
import { type Desk } from './pages.client.js';
import { type Behaviour, behaviourOf } from './tokens.js';
import { type WebhookSender } from './webhook-sender.client.js';

const APPROVES: Behaviour = { outcome: { is: 'ok' } };
const REMEMBERED = 10_000;

/** What it needs for customers that have a step to take. */
export interface InProcessOptions extends StepOptions {
  readonly ledger?: LedgerFile | undefined;
  readonly actions: Actions;
  readonly webhooks?: WebhookSender | undefined;
}

const ALONE: InProcessOptions = {
  actions: new KnownActions(),
  publicUrl: 'http://127.0.0.1:3002',
  actionMs: 240_000,
};

/**
 * The sandbox inside the payment service. It keeps no books in memory: what it answers follows from the call alone, and
 * from what the customer has decided, so that replicas agree and a restart forgets nothing. Asked what became of a call that should succeed, it says that it
 * did, and from then on that is so.
 */
export class InProcessSandbox implements Provider, ProviderLedger, Desk {
  /** Keys of `tok_error_once` that have failed here and have not been repeated. */
  private readonly failedOnce = new Set<string>();

  private readonly options: InProcessOptions;

  constructor(options: Partial<InProcessOptions> = {}) {
    this.options = { ...ALONE, ...options };
  }

  async perform(call: ProviderCall, signal: AbortSignal): Promise<Answer> {
    const { outcome, delayMs, fails } = behaviour(call);
    const action = await this.actionOf(call, 'open');
    if (action) return this.answerTo(action);
    if (call.operation === 'void' && !(await this.canVoid(call))) {
      return { outcome: 'declined', code: 'nothing_to_void' };
    }
    if (delayMs) await pause(delayMs, undefined, { signal });
    if (fails === 'before' || (fails === 'before_once' && this.failsNow(call.key))) {
      return { outcome: 'unknown', reason: 'sandbox: 503 Service Unavailable' };
    }
    if (outcome.is === 'declined') return { outcome: 'declined', code: outcome.code };
    const answer = await this.takeEffect(call);
    // A real one would keep us waiting first; nobody learns anything from that.
    return fails === 'after' ? { outcome: 'unknown', reason: 'sandbox: no answer' } : answer;
  }

  async get(call: ProviderCall): Promise<Found> {
    const { outcome, fails } = behaviour(call);
    const action = await this.actionOf(call, 'find');
    if (action) return this.answerTo(action);
    if (action === null) return { outcome: 'absent' };
    if (fails === 'before' || this.failedOnce.has(call.key)) return { outcome: 'absent' };
    return outcome.is === 'declined' ? { outcome: 'declined', code: outcome.code } : this.takeEffect(call);
  }

  async movements(period: Period): Promise<Movement[]> {
    const { ledger } = this.options;
    if (!ledger) throw new Error('the sandbox keeps no books: set SANDBOX_LEDGER_FILE');
    return movementsIn(await ledger.read(), period);
  }

  find(paymentId: string): Promise<Action | undefined> {
    return this.options.actions.find(paymentId);
  }

  async decide(paymentId: string, state: 'approved' | 'declined'): Promise<void> {
    const decided = await this.options.actions.decide(paymentId, state);
    if (decided) this.options.webhooks?.tell('payment.action_settled', paymentId);
  }

  /** undefined: a call for which nobody is asked, such as the capture of what was approved. null: one that nobody has made. */
  private async actionOf(call: ProviderCall, how: 'open' | 'find'): Promise<Action | null | undefined> {
    if (!behaviour(call).asks) return undefined;
    const { actions } = this.options;
    const opens = how === 'open' && call.chargeId === null;
    const action = opens
      ? await actions.open(actionFor(call, this.options))
      : await this.find(call.paymentId);
    return action && action.call.key !== call.key ? undefined : (action ?? null);
  }

  private async answerTo(action: Action): Promise<Answer> {
    const verdict = verdictOn(action);
    if (verdict === 'waiting') return askingFor(action, this.options);
    return verdict === 'approved' ? this.takeEffect(action.call) : { outcome: 'declined', ...verdict };
  }

  /** What waits for its customer is called off by it; what she has paid at once is refunded, not voided. */
  private async canVoid({ paymentId, method }: ProviderCall): Promise<boolean> {
    if (!behaviourOf(method).asks) return true;
    await this.options.actions.decide(paymentId, 'called_off');
    const action = await this.find(paymentId);
    return action?.state === 'approved' && action.call.operation === 'authorize';
  }

  private failsNow(key: string): boolean {
    if (this.failedOnce.delete(key)) return false;
    this.failedOnce.add(key);
    if (this.failedOnce.size > REMEMBERED) {
      const [oldest] = this.failedOnce;
      this.failedOnce.delete(oldest as string);
    }
    return true;
  }

  private async takeEffect(call: ProviderCall): Promise<Answer> {
    const { key, operation, paymentId, amount, currency, method } = call;
    const chargeId = call.chargeId ?? chargeIdOf(key);
    const at = new Date().toISOString();
    await this.options.ledger?.append({
      key,
      operation,
      paymentId,
      outcome: 'ok',
      chargeId,
      amount,
      currency,
      method,
      at,
    });
    return { outcome: 'ok', chargeId, amount, currency };
  }
}

function behaviour({ operation, method }: ProviderCall): Behaviour {
  return operation === 'void' || operation === 'refund' ? APPROVES : behaviourOf(method);
}
