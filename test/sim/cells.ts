import { isAboutAnotherDeadline } from '../../apps/order/src/decide.js';
import { FACT_OF, type OrderMessage } from '../../apps/order/src/messages.js';
import { type OrderState, PHASES } from '../../apps/order/src/order.js';
import { FACTS as ORDER_FACTS, SAGA } from '../../apps/order/src/saga.js';
import { type FactMessage, factOf, type PaymentMessage } from '../../apps/payment/src/messages.js';
import { FACTS as PAYMENT_FACTS, type Payment, STATUSES, STEPS } from '../../apps/payment/src/payment.js';
import { type PaymentState } from '../../apps/payment/src/refund.js';
import { RESERVATION_STATUSES, reservationOf, type StockState } from '../../apps/stock/src/state.js';
import { type StockMessage } from '../../apps/stock/src/stock.js';
import { type CellOf } from './coverage.js';
import { TIMING } from './services.js';

const VERBS = {
  'stock.reserve.v1': 'reserve',
  'stock.release.v1': 'release',
  'stock.commit.v1': 'commit',
  'hold.due': 'expire',
  'stock.give_back.v1': 'restock',
  'stock.change.v1': 'change',
} as const;

export const orderCell: CellOf<OrderState, OrderMessage> = (current, message) => {
  const { type, data } = message;
  const fact = type === 'order.pay.v1' ? 'payment_requested' : FACT_OF[type as keyof typeof FACT_OF];
  const order = current.get(data.orderId);
  if (fact === undefined || order?.kind !== 'order') return undefined;
  const isOther = type !== 'order.pay.v1' && 'paymentId' in data && data.paymentId !== order.payment?.id;
  if (type === 'order.deadline_passed' && isAboutAnotherDeadline(order, message))
    return `order: ${fact} of an earlier deadline`;
  return isOther ? `order: ${fact} of an earlier payment` : `order ${order.phase}: ${fact}`;
};

export const stockCell: CellOf<StockState, StockMessage> = (current, { type, data }) => {
  const verb = VERBS[type as keyof typeof VERBS];
  if (verb === undefined || !('orderId' in data)) return undefined;
  return `stock ${reservationOf(current, data.orderId)?.status ?? 'nothing'}: ${verb}`;
};

/** They ask, and tell nothing. */
const NO_FACTS: ReadonlySet<string> = new Set(['payment.attempt_due', 'payment.hinted', 'payment.refund.v1']);

export const paymentCell: CellOf<PaymentState, PaymentMessage> = (current, message, now) => {
  const { type, data } = message;
  const payment = current.get(data.paymentId);
  if (payment !== undefined && payment.kind !== 'payment') return undefined;
  if (type === 'payment.charge.v1') return `payment ${payment?.status ?? 'nothing'}: charge`;
  if (!payment) return type === 'payment.cancel.v1' ? 'payment nothing: cancel' : undefined;
  if (NO_FACTS.has(type)) return undefined;
  if (type === 'payment.give_back.v1') return `payment ${payment.status}: give back`;
  if ('refundId' in data && data.refundId) return refundCell(current, data.refundId, type);
  return payment.terms || type === 'payment.cancel.v1'
    ? factCell(payment, message as FactMessage, now)
    : undefined;
};

function factCell(payment: Payment, message: FactMessage, now: Date): string {
  return `payment ${payment.status}: ${factOf(payment, message, now, TIMING.quarantineMs)}`;
}

function refundCell(current: Parameters<typeof paymentCell>[0], id: string, type: string): string {
  const refund = current.get(id);
  return `refund ${refund?.kind === 'refund' ? refund.status : 'nothing'}: ${type.replace('payment.provider_', '')}`;
}

/** All that there is to reach, and what it takes a defect, or something that is not simulated, to reach. */
export const CELLS: readonly string[] = [
  ...PHASES.flatMap((phase) =>
    ORDER_FACTS.filter((fact) => SAGA[phase][fact] !== 'impossible').map((fact) => `order ${phase}: ${fact}`),
  ),
  ...STATUSES.flatMap((status) =>
    PAYMENT_FACTS.filter((_, i) => STEPS[status][i] !== 'X').map((fact) => `payment ${status}: ${fact}`),
  ),
  ...['nothing', ...RESERVATION_STATUSES].flatMap((status) =>
    Object.values(VERBS).map((verb) => `stock ${status}: ${verb}`),
  ),
  ...['requested', 'unknown', 'succeeded'].flatMap((status) =>
    ['succeeded', 'unknown'].map((fact) => `refund ${status}: ${fact}`),
  ),
];
