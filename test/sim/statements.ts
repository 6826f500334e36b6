import { type OrderState, type Step } from '../../apps/order/src/order.js';
import { type PaymentRow } from '../../apps/payment/src/record.js';
import { type PaymentState } from '../../apps/payment/src/refund.js';
import { type StoredEvent } from '../../apps/payment/src/webhook.js';
import { type StockRow, type StockState } from '../../apps/stock/src/state.js';
import { type Statement } from './memory-database.js';

type Statements<S extends { readonly version: number }, R> = Readonly<Record<string, Statement<S, R>>>;

/** Who began it, for the trace: of no consequence here. */
const BEGUN = { requestId: 'req_0', traceId: '0'.repeat(32) };
const RECEIVED_MS = 1_000;

/** What `findOverdue` finds. */
export const orderStatements: Statements<OrderState, Step> = {
  'find-overdue': ({ rows, options: { clock } }, [limit]) =>
    [...rows.values()]
      .filter((state) => state.kind === 'order')
      .filter(({ deadlineAt }) => deadlineAt !== null && deadlineAt < clock.text)
      .slice(0, Number(limit))
      .map(({ id: orderId, deadlineAt }) => ({ orderId, deadlineAt, ...BEGUN, placedBy: 'msg_0.0' })),
};

/** What `listDueOrders` finds. */
export const stockStatements: Statements<StockState, StockRow> = {
  stock_due_orders: ({ rows, options: { clock } }, [graceMs, limit]) =>
    [...rows.values()]
      .filter((state) => state.kind === 'reservation')
      .filter(
        ({ status, expiresAt }) =>
          status === 'held' && expiresAt !== null && expiresAt.getTime() <= clock.ms - Number(graceMs),
      )
      .slice(0, Number(limit))
      .map(({ orderId }) => ({ orderId })),
};

/** What `findDue` and the statements about the provider's events do. The events are those of one world. */
export function paymentStatements(): Statements<PaymentState, PaymentRow> {
  const events = new Map<string, { readonly event: StoredEvent; readonly at: number; heeded: boolean }>();
  return {
    'find-due-payments': ({ rows, options: { clock } }, [limit]) => {
      const isDue = (at: string | null): boolean => at !== null && at <= clock.text;
      const found: object[] = [];
      for (const state of rows.values()) {
        if (state.kind === 'key') continue;
        const { id, version } = state;
        const paymentId = state.kind === 'refund' ? state.paymentId : id;
        const about = { paymentId, refundId: state.kind === 'refund' ? id : null, version, ...BEGUN };
        const due = { ...about, messageId: 'msg_0.0' };
        if (isDue(state.nextAttemptAt)) found.push({ ...due, expired: false });
        if (state.kind === 'payment' && state.status === 'authorized' && isDue(state.expiresAt))
          found.push({ ...due, expired: true });
      }
      return found.slice(0, Number(limit));
    },
    'store-webhook-event': ({ options: { clock } }, [provider, id, type, paymentId]) => {
      if (events.has(String(id))) return [];
      const event = { provider, id, type, paymentId, ...BEGUN } as StoredEvent;
      events.set(event.id, { event, at: clock.ms, heeded: false });
      return [event];
    },
    'find-unheeded-events': ({ options: { clock } }) =>
      [...events.values()]
        .filter(({ heeded, at }) => !heeded && at < clock.ms - RECEIVED_MS)
        .map(({ event }) => event),
    'heed-webhook-events': (_, [, ids]) => {
      for (const id of ids as string[]) {
        const stored = events.get(id);
        if (stored) stored.heeded = true;
      }
      return [];
    },
  };
}
