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
import { chargeIdOf } from './charge-id.js';
import { type LedgerFile, movementsIn } from './ledger-file.client.js';
import { type Behaviour, behaviourOf } from './tokens.js';

const APPROVES: Behaviour = { outcome: { is: 'ok' } };
const REMEMBERED = 10_000;

/**
 * The sandbox inside the payment service. It keeps no books in memory: what it answers follows from the call alone, so
 * that replicas agree and a restart forgets nothing. Asked what became of a call that should succeed, it says that it
 * did, and from then on that is so.
 */
export class InProcessSandbox implements Provider, ProviderLedger {
  /** Keys of `tok_error_once` that have failed here and have not been repeated. */
  private readonly failedOnce = new Set<string>();

  constructor(private readonly ledger?: LedgerFile) {}

  async perform(call: ProviderCall, signal: AbortSignal): Promise<Answer> {
    const { outcome, delayMs, fails } = behaviour(call);
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
    if (fails === 'before' || this.failedOnce.has(call.key)) return { outcome: 'absent' };
    return outcome.is === 'declined' ? { outcome: 'declined', code: outcome.code } : this.takeEffect(call);
  }

  async movements(period: Period): Promise<Movement[]> {
    if (!this.ledger) throw new Error('the sandbox keeps no books: set SANDBOX_LEDGER_FILE');
    return movementsIn(await this.ledger.read(), period);
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
    await this.ledger?.append({
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
