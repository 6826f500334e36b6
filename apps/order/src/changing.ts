import { type ChangeReservation, changeReservation, MAX_AMOUNT, Rejected, send } from '#contracts';
import { type Current } from '#loop';
import { type OrderMessage } from './messages.js';
import { type Order, type OrderLine, type OrderState, publicStatus } from './order.js';
import { noting, type OrderDecision, step } from './step.js';
import { viewOf } from './view.js';

type Told<T extends OrderMessage['type']> = Extract<OrderMessage, { type: T }>;
type Answered = Told<'stock.changed.v1'> | Told<'stock.change_refused.v1'>;

/** Other lines, if the stock can hold them and they cost what they may. Until it has answered, nothing else is different. */
export function askChange(
  current: Current<OrderState>,
  message: Told<'order.change.v1'>,
  now: Date,
): OrderDecision {
  const { orderId, expectedVersion, request, changeId, notify } = message.data;
  const order = current.get(orderId);
  if (order?.kind !== 'order') throw new Rejected('order-not-found', { orderId });
  if (expectedVersion !== order.version) {
    throw new Rejected('version-mismatch', { orderId, expectedVersion, version: order.version });
  }
  if (order.phase !== 'awaiting_payment') {
    const detail = order.phase === 'changing' ? { detail: 'Another change of its lines is under way.' } : {};
    throw new Rejected('order-not-changeable', { orderId, status: publicStatus(order.phase), ...detail });
  }
  const { expectedTotal: expected, lines } = request;
  const refused = expected && expected.currency !== order.currency;
  if (refused) {
    const fault = {
      pointer: '/expectedTotal/currency',
      detail: `must be ${order.currency}, as the order is`,
    };
    throw new Rejected('validation-failed', { errors: [fault] });
  }
  const waiter = notify && message.replyTo ? { replyTo: message.replyTo, name: changeId } : null;
  const { currency } = order;
  const change = order.version + 1;
  const decision = step(order, { phase: 'changing', waiter, change }, now, () => [
    send(changeReservation, { orderId, change, lines, currency, ...rangeOf(order, expected?.amount) }),
  ]);
  const [[, next] = []] = decision.put ?? [];
  return { ...decision, answer: viewOf(next?.kind === 'order' ? next : order) };
}

/** What the stock has decided: once, and only while the order waits for that answer. Notes may have been added meanwhile. */
export function onChangeAnswered(order: Order, message: Answered, now: Date): OrderDecision {
  if (message.data.change !== order.change) return {};
  if (message.type === 'stock.changed.v1') {
    const lines = message.data.lines.map(
      ({ sku, name, quantity, unitPrice }): OrderLine => ({
        sku,
        quantity,
        name,
        unitAmount: unitPrice.amount,
      }),
    );
    const totalAmount = lines.reduce(
      (sum, { quantity, unitAmount }) => sum + quantity * (unitAmount ?? 0),
      extraOf(order),
    );
    const decision = step(order, { phase: 'awaiting_payment', lines, totalAmount }, now);
    return noting(decision, { was: { lines: order.lines, totalAmount: order.totalAmount } });
  }
  const { code, items } = message.data;
  const decision = step(order, { phase: 'awaiting_payment' }, now);
  const notify = decision.notify?.map((notice) => ({ ...notice, data: { refused: { code, items } } })) ?? [];
  return { ...noting(decision, { refused: { code, items } }), notify };
}

/** What the lines may cost, so that the total with the adjustments is one that can be paid, or the one expected. */
function rangeOf(order: Order, expected: number | undefined): Pick<ChangeReservation, 'least' | 'most'> {
  const extra = extraOf(order);
  return { least: (expected ?? 1) - extra, most: (expected ?? MAX_AMOUNT) - extra };
}

function extraOf({ adjustments }: Order): number {
  return (adjustments ?? []).reduce((sum, { amount }) => sum + amount, 0);
}
