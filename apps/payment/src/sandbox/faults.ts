import { type ProviderCall } from '../provider.js';

export const FAULT_KINDS = [
  'latency',
  'fail_before',
  'fail_after',
  'silent_after',
  'decline',
  'amount_off',
] as const;

/** What goes wrong with the next calls that match. */
export interface Fault {
  readonly kind: (typeof FAULT_KINDS)[number];
  readonly operation?: ProviderCall['operation'] | 'get';
  readonly paymentId?: string;
  /** How many calls it hits; 1 unless told. */
  readonly times?: number;
  /** Of latency: the delay. Of silent_after: how long the connection stays open without an answer. */
  readonly ms?: number;
  /** Of decline. */
  readonly code?: string;
  /** Of amount_off: how far the answer is from what was taken, in minor units. */
  readonly by?: number;
}

export class Faults {
  private planned: { readonly fault: Fault; left: number }[] = [];

  plan(fault: Fault): void {
    this.planned.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.planned = [];
  }

  /** Each kind that hits this call, used up by one. */
  hit(operation: ProviderCall['operation'] | 'get', paymentId: string): Map<Fault['kind'], Fault> {
    const hits = new Map<Fault['kind'], Fault>();
    for (const plan of this.planned) {
      const { fault } = plan;
      const matches =
        (fault.operation === undefined || fault.operation === operation) &&
        (fault.paymentId === undefined || fault.paymentId === paymentId);
      if (!matches || hits.has(fault.kind)) continue;
      hits.set(fault.kind, fault);
      plan.left--;
    }
    this.planned = this.planned.filter(({ left }) => left > 0);
    return hits;
  }
}
