import type pg from 'pg';
import { type ServiceName } from '#contracts';

interface OrderRow {
  readonly id: string;
  readonly phase: string;
  readonly total: string | null;
  readonly paymentId: string | null;
  readonly lines: readonly { sku: string; quantity: number }[];
}

interface PaymentRow {
  readonly id: string;
  readonly orderId: string;
  readonly status: string;
  readonly amount: string;
  readonly captured: string;
  readonly refunded: string;
}

interface ReservationRow {
  readonly orderId: string;
  readonly status: string;
  readonly lines: readonly { sku: string; quantity: number }[];
}

/**
 * Q3: a confirmed order has exactly one captured (or authorized) payment of its total and committed stock; one that
 * ended early has no money kept and no stock held. Claimed only once the system is quiet: the three databases are read
 * one after the other.
 */
export async function crossServiceViolations(
  pools: Readonly<Record<ServiceName, pg.Pool>>,
): Promise<string[]> {
  const orders = await read<OrderRow>(
    pools.order,
    `select id, phase, total_amount as total, payment ->> 'id' as "paymentId", lines from orders`,
  );
  const payments = await read<PaymentRow>(
    pools.payment,
    `select id, order_id as "orderId", status, amount, captured_amount as captured, refunded_amount as refunded from payments`,
  );
  const reservations = await read<ReservationRow>(
    pools.stock,
    'select order_id as "orderId", status, lines from reservations',
  );
  const paymentsOf = Map.groupBy(payments, ({ orderId }) => orderId);
  const reservationOf = new Map(reservations.map((reservation) => [reservation.orderId, reservation]));
  const known = new Set(orders.map(({ id }) => id));
  return [
    ...orders.flatMap((order) =>
      orderFaults(order, paymentsOf.get(order.id) ?? [], reservationOf.get(order.id)),
    ),
    ...payments.filter(({ orderId }) => !known.has(orderId)).map(({ id }) => `payment ${id} has no order`),
    ...reservations
      .filter(({ orderId }) => !known.has(orderId))
      .map(({ orderId }) => `stock knows ${orderId}, order does not`),
  ];
}

function orderFaults(
  order: OrderRow,
  payments: readonly PaymentRow[],
  reservation: ReservationRow | undefined,
): string[] {
  const faults =
    order.phase === 'confirmed'
      ? confirmedFaults(order, payments, reservation)
      : unconfirmedFaults(order, payments, reservation);
  return faults.map((fault) => `${order.id} is ${order.phase}, but ${fault}`);
}

function confirmedFaults(
  order: OrderRow,
  payments: readonly PaymentRow[],
  reservation: ReservationRow | undefined,
): string[] {
  const faults: string[] = [];
  const kept = payments.filter(({ status }) => status === 'captured' || status === 'authorized');
  if (kept.length !== 1) faults.push(`${kept.length} payments stand`);
  if (kept[0] && kept[0].amount !== order.total)
    faults.push(`its payment is ${kept[0].amount}, its total ${order.total}`);
  if (reservation?.status !== 'committed') faults.push(`its stock is ${reservation?.status}`);
  if (reservation && !sameLines(order, reservation)) faults.push('other lines were committed');
  return faults;
}

function unconfirmedFaults(
  order: OrderRow,
  payments: readonly PaymentRow[],
  reservation: ReservationRow | undefined,
): string[] {
  const faults: string[] = [];
  const keptMoney = payments.reduce(
    (sum, { captured, refunded }) => sum + Number(captured) - Number(refunded),
    0,
  );
  if (keptMoney !== 0) faults.push(`${keptMoney} was kept`);
  if (payments.some(({ status }) => status === 'authorized')) faults.push('money is still authorized');
  if (reservation?.status === 'committed') faults.push('its stock is gone');
  const mayHold = order.phase === 'awaiting_payment';
  if (reservation?.status === 'held' && !mayHold) faults.push('its stock is still held');
  return faults;
}

function sameLines(order: OrderRow, reservation: ReservationRow): boolean {
  const text = (lines: OrderRow['lines']): string =>
    lines
      .map(({ sku, quantity }) => `${sku}×${quantity}`)
      .sort()
      .join();
  return text(order.lines) === text(reservation.lines);
}

async function read<T extends object>(pool: pg.Pool, sql: string): Promise<T[]> {
  return (await pool.query<T>(sql)).rows;
}
