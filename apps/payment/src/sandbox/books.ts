import { type ProviderCall } from '../provider.js';
import { chargeIdOf } from './charge-id.js';
import { type Entry } from './ledger-file.client.js';
import { behaviourOf } from './tokens.js';

/** What the stand-alone sandbox knows: one entry per key, and what each payment has of the money. */
export class Books {
  private readonly byKey = new Map<string, Entry>();
  private readonly byPayment = new Map<string, Entry[]>();

  constructor(
    entries: readonly Entry[],
    private readonly authorizationMs: number,
  ) {
    for (const entry of entries) this.add(entry);
  }

  find(key: string): Entry | undefined {
    return this.byKey.get(key);
  }

  all(): Entry[] {
    return [...this.byKey.values()];
  }

  add(entry: Entry): void {
    this.byKey.set(entry.key, entry);
    const entries = this.byPayment.get(entry.paymentId);
    if (entries) entries.push(entry);
    else this.byPayment.set(entry.paymentId, [entry]);
  }

  /** When an authorization ends by itself. */
  endOf({ at }: Entry): string {
    return new Date(Date.parse(at) + this.authorizationMs).toISOString();
  }

  /** The authorization of the payment has ended, and nobody had come for it. */
  hasLapsed(paymentId: string, now: Date): boolean {
    const entries = (this.byPayment.get(paymentId) ?? []).filter(({ outcome }) => outcome === 'ok');
    const [authorized] = entries.filter(({ operation }) => operation === 'authorize');
    const isOpen = entries.every(({ operation }) => operation === 'authorize');
    return authorized !== undefined && isOpen && this.endOf(authorized) <= now.toISOString();
  }

  /** Payments whose authorization has ended. */
  lapsed(now: Date): string[] {
    return [...this.byPayment.keys()].filter((paymentId) => this.hasLapsed(paymentId, now));
  }

  /**
   * Whether a call that is heard of for the first time succeeds. Two captures at once of one payment with different keys
   * both do: an oracle that prevented the mistake could not witness it.
   */
  judge(call: ProviderCall, at: string, declineCode = this.declineCode(call)): Entry {
    const { key, operation, paymentId, amount, currency, method } = call;
    const chargeId = call.chargeId ?? chargeIdOf(key);
    const entry = { key, operation, paymentId, chargeId, amount, currency, method, at };
    if (declineCode === undefined) return { ...entry, outcome: 'ok' };
    return { ...entry, outcome: 'declined', code: declineCode };
  }

  private declineCode(call: ProviderCall): string | undefined {
    if (call.operation === 'void') return this.setAside(call) >= call.amount ? undefined : 'nothing_to_void';
    if (call.operation === 'capture' && call.chargeId !== null) {
      return this.setAside(call) >= call.amount ? undefined : 'nothing_to_capture';
    }
    if (call.operation === 'refund') {
      const kept = this.sum(call, 'capture') - this.sum(call, 'refund');
      return kept >= call.amount ? undefined : 'nothing_to_refund';
    }
    const { outcome } = behaviourOf(call.method);
    return outcome.is === 'declined' ? outcome.code : undefined;
  }

  /** What is authorized and still open: a capture takes what it takes and releases the rest. */
  private setAside(call: ProviderCall): number {
    return this.sum(call, 'capture') > 0 ? 0 : this.sum(call, 'authorize') - this.sum(call, 'void');
  }

  private sum({ paymentId, currency }: ProviderCall, operation: ProviderCall['operation']): number {
    let sum = 0;
    for (const entry of this.byPayment.get(paymentId) ?? []) {
      if (entry.outcome === 'ok' && entry.operation === operation && entry.currency === currency)
        sum += entry.amount;
    }
    return sum;
  }
}

/** A repeat must ask for the same thing. */
export function isSameCall(entry: Entry, call: ProviderCall): boolean {
  return (
    entry.operation === call.operation &&
    entry.paymentId === call.paymentId &&
    entry.chargeId === (call.chargeId ?? chargeIdOf(call.key)) &&
    entry.amount === call.amount &&
    entry.currency === call.currency &&
    entry.method === call.method
  );
}
