import { type StockRow, type StockState } from '../../apps/stock/src/state.js';
import { KINDS, type Kind } from './kinds.js';
import { type Random } from './random.js';
import { stockService } from './services.js';

export interface PlannedOrder {
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  /** Paid at once with it; null: paid later. */
  readonly payment: PlannedPayment | null;
  /** What it says it must cost is wrong. */
  readonly expectsOtherTotal: boolean;
}

export interface PlannedPayment {
  readonly method: 'tok_visa' | 'tok_declined' | 'tok_3ds';
  readonly capture: 'automatic' | 'manual';
}

/** What there is before anything happens, and how rough it will be. All of it follows from the seed. */
export interface Plan {
  readonly orders: readonly PlannedOrder[];
  /** How many of each SKU are on hand. */
  readonly onHand: Readonly<Record<string, number>>;
  readonly replicas: number;
  /** Requests of the client after the placement, of each order. */
  readonly asks: number;
  /** Which kinds of requests and of jumps there are in this world: fewer make room for more of the same. */
  readonly kinds: readonly Kind[];
  readonly jumps: readonly number[];
  /** Steps before everything is healed. */
  readonly steps: number;
  /** How likely each kind of fault is, compared with a world without. Most are 0 in most plans. */
  readonly faults: Faults;
  /** How far the clock is let run in the end. */
  readonly horizonMs: number;
}

export interface Faults {
  readonly crash: number;
  readonly database: number;
  readonly broker: number;
  readonly provider: number;
  /** Messages that come again long after. */
  readonly late: number;
  readonly regroup: number;
  readonly client: number;
  readonly jump: number;
}

/** Past a lease, a pause, a quarantine, a customer's step, a saga, a hold, an authorization. In milliseconds. */
const JUMPS = [3_500, 7_000, 61_000, 241_000, 301_000, 931_000, 604_801_000];

export const SKUS = ['TEA', 'MUG'] as const;
export const PRICE = 250;
const MINUTE = 60_000;
const LEVELS = [0, 1, 2, 4, 8, 8, 8, 8];

export function planOf(random: Random): Plan {
  const orders = Array.from({ length: random.pick([1, 1, 1, 2, 2, 3]) }, () => orderOf(random));
  const onHand = Object.fromEntries(SKUS.map((sku) => [sku, random.pick(LEVELS)]));
  const sometimes = (most: number): number => (random.chance(0.5) ? 0 : (1 + random.below(4)) * (most / 4));
  return {
    orders,
    onHand,
    replicas: 1 + random.below(3),
    asks: random.below(9),
    kinds: KINDS.filter(() => random.chance(0.4)),
    jumps: JUMPS.filter(() => random.chance(0.3)),
    steps: 20 + random.below(120),
    faults: {
      crash: sometimes(1),
      database: sometimes(2),
      broker: sometimes(3),
      provider: sometimes(6),
      late: sometimes(2),
      regroup: sometimes(1),
      client: sometimes(2),
      jump: sometimes(1),
    },
    horizonMs: random.pick([5 * MINUTE, 30 * MINUTE, 11_520 * MINUTE]),
  };
}

function orderOf(random: Random): PlannedOrder {
  const skus = random.chance(0.7) ? [random.pick(SKUS)] : SKUS;
  const lines = skus.map((sku) => ({ sku, quantity: 1 + random.below(2) }));
  return {
    lines,
    payment: random.chance(0.6) ? paymentOf(random) : null,
    expectsOtherTotal: random.chance(0.05),
  };
}

export function paymentOf(random: Random): PlannedPayment {
  const method = random.pick(['tok_visa', 'tok_visa', 'tok_visa', 'tok_3ds', 'tok_declined'] as const);
  return { method, capture: random.chance(0.6) ? 'automatic' : 'manual' };
}

/** The products and their movements as the rules of the stock make them. */
export function stocked(
  onHand: Plan['onHand'],
  now: Date,
): { states: [string, StockState][]; rows: StockRow[] } {
  const states = new Map<string, StockState>();
  const rows: StockRow[] = [];
  const tell = (type: string, data: object): void => {
    const decision = stockService.rules.decide(states, { type, data } as never, now);
    for (const [key, next] of decision.put ?? []) states.set(key, next);
    rows.push(...(decision.append ?? []));
  };
  for (const [sku, delta] of Object.entries(onHand)) {
    const price = { amount: PRICE, currency: 'EUR' };
    tell('stock.put_product.v1', { sku, product: { name: sku, price } });
    const idempotency = { key: `stocked-${sku}`, fingerprint: '' };
    if (delta > 0) tell('stock.adjust.v1', { sku, idempotency, adjustment: { delta, reason: 'received' } });
  }
  return { states: [...states], rows };
}
