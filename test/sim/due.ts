import { type OrderState } from '../../apps/order/src/order.js';
import { type PaymentState } from '../../apps/payment/src/refund.js';
import { type StockState } from '../../apps/stock/src/state.js';
import { type Databases } from './laws/across.js';
import { HOLD } from './services.js';

export interface Due {
  readonly at: number;
  readonly service: 'order' | 'payment' | 'stock';
  readonly worker: string;
}

/** When there is something to do for which worker. */
export function dueTimes({ databases }: { readonly databases: Databases }): Due[] {
  const left = (['order', 'payment', 'stock'] as const).flatMap((service) =>
    [...databases[service].outbox.values()].map(
      ({ leaseUntil }): Due => ({ service, worker: 'outbox', at: leaseUntil + 1 }),
    ),
  );
  const { order, payment, stock } = databases;
  const times = [
    ...[...order.rows.values()].map((state) => dueOrder(state)),
    ...[...stock.rows.values()].map((state) => dueHold(state)),
    ...[...payment.rows.values()].map((state) => duePayment(state)),
  ];
  return [...left, ...times.filter((due) => due !== undefined)];
}

function dueOrder(state: OrderState): Due | undefined {
  if (state.kind !== 'order' || state.deadlineAt === null) return undefined;
  return { service: 'order', worker: 'deadlines', at: Date.parse(state.deadlineAt) + 1 };
}

function dueHold(state: StockState): Due | undefined {
  if (state.kind !== 'reservation' || state.status !== 'held' || state.expiresAt === null) return undefined;
  return { service: 'stock', worker: 'expiry', at: state.expiresAt.getTime() + HOLD.graceMs };
}

function duePayment(state: PaymentState): Due | undefined {
  if (state.kind === 'key') return undefined;
  const ends = state.kind === 'payment' && state.status === 'authorized' ? state.expiresAt : null;
  const at = state.nextAttemptAt ?? ends;
  return at === null ? undefined : { service: 'payment', worker: 'reconcile', at: Date.parse(at) };
}
