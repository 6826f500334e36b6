import { type KeyUse, type Order, type OrderState, type Step } from '../../../apps/order/src/order.js';
import { each, illegalSteps, type Law, sumOf } from './law.js';

type OrderLaw = Law<OrderState, Step>;

const isOrder = (state: OrderState): state is Order => state.kind === 'order';
const isKey = (state: OrderState): state is KeyUse => state.kind === 'key';

const LEGAL = new Set([
  ' reserving',
  'reserving charging',
  'reserving awaiting_payment',
  'reserving rejected',
  'reserving cancelled',
  'charging charging',
  'charging confirmed',
  'charging cancelled',
  'awaiting_payment paying',
  'awaiting_payment changing',
  'changing awaiting_payment',
  'changing cancelled',
  'awaiting_payment cancelled',
  'paying confirmed',
  'paying paying',
  'paying awaiting_payment',
  'paying cancelled',
  'confirmed cancelled',
  'confirmed confirmed',
  'confirmed fulfilled',
  'fulfilled fulfilled',
  'cancelled cancelled',
]);

export const orderLaws: readonly OrderLaw[] = [
  {
    id: 'A3',
    name: 'an order took only legal steps, one version at a time',
    *broken({ appended }) {
      yield* illegalSteps(
        appended.map(({ row: { orderId: of, version, from, to }, cause }) => {
          const isLegal = cause.type === 'order.note.v1' ? from === to : LEGAL.has(`${from ?? ''} ${to}`);
          return { of, version, from, to, isLegal };
        }),
      );
    },
  },
  {
    id: 'A3',
    name: 'an order stands where its last step led',
    *broken({ rows, appended }) {
      const last = new Map(appended.map(({ row }) => [row.orderId, row]));
      for (const state of rows.values()) {
        if (!isOrder(state)) continue;
        const step = last.get(state.id);
        if (step?.version !== state.version || step.to !== state.phase) yield JSON.stringify(state);
      }
    },
  },
  {
    id: 'A8',
    name: 'the total of an order is the sum of its lines and adjustments',
    broken: each(
      isOrder,
      ({ totalAmount, lines, adjustments }) =>
        totalAmount !== null &&
        totalAmount !==
          sumOf(lines, ({ quantity, unitAmount }) => quantity * (unitAmount ?? 0)) +
            sumOf(adjustments ?? [], ({ amount }) => amount),
    ),
  },
  {
    id: 'A8',
    name: 'no more leaves than was ordered, and no more comes back than has left',
    broken: each(isOrder, ({ lines, phase }) =>
      lines.some(
        ({
          quantity,
          fulfilledQuantity: left = 0,
          cancelledQuantity: gone = 0,
          returnedQuantity: back = 0,
        }) => {
          const isOver = left + gone > quantity || back > left || Math.min(left, gone, back) < 0;
          return isOver || (phase === 'fulfilled' && left + gone !== quantity);
        },
      ),
    ),
  },
  {
    id: 'A9',
    name: 'every order was placed with one key of its own, and every key led to an order',
    *broken({ rows }) {
      const keys = [...rows.values()].filter(isKey);
      const placements = keys.filter(({ paymentId, answer }) => paymentId === null && !answer);
      for (const order of rows.values()) {
        if (!isOrder(order)) continue;
        if (placements.filter(({ orderId }) => orderId === order.id).length !== 1) yield order.id;
      }
      for (const { key, orderId } of keys) if (!rows.has(orderId)) yield `${key} leads to no order`;
    },
  },
  {
    id: 'Q1',
    name: 'no order waits past its deadline',
    broken: each(isOrder, ({ phase, deadlineAt }, { options: { clock } }) => {
      const isOver = deadlineAt !== null && Date.parse(deadlineAt) < clock.ms - 5_000;
      return isOver || ['reserving', 'charging', 'paying', 'changing'].includes(phase);
    }),
  },
  {
    id: 'Q2',
    name: 'the outbox is drained',
    broken: ({ outbox }) => [...outbox.values()].map(({ row }) => `${row.type} ${row.body}`),
  },
];
