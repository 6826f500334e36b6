import { type ServiceName } from '#contracts';

interface OrderRow {
  readonly id: string;
  readonly phase: string;
  readonly total: string | null;
  readonly currency: string;
  readonly paymentId: string | null;
  /** What is wrong with an order of which something has left. */
  readonly reason: string | null;
  readonly lines: readonly Line[];
  readonly adjustments: readonly { readonly kind: string; readonly amount: number }[] | null;
  /** The lines of each return that went back into the stock. */
  readonly restocked: readonly (readonly Line[])[] | null;
}

interface PaymentRow {
  readonly id: string;
  readonly orderId: string;
  readonly status: string;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly capture: string | null;
  readonly captured: string;
  /** What its order has asked back, part by part. */
  readonly givenBack: string;
  readonly refunded: string;
}

interface ReservationRow {
  readonly orderId: string;
  readonly status: string;
  readonly lines: readonly Line[];
}

interface Line {
  readonly sku: string;
  readonly quantity: number;
  readonly unitAmount?: number;
  readonly fulfilledQuantity?: number;
  readonly cancelledQuantity?: number;
  readonly returnedQuantity?: number;
  /** Of a reservation: what the order gave back of it. */
  readonly returns?: readonly { readonly id: string; readonly quantity: number }[];
}

/** One order as the three services know it. Of an order that only the others know, `order` is missing. */
interface Books {
  readonly order?: OrderRow | undefined;
  readonly payments: readonly PaymentRow[];
  readonly reservation?: ReservationRow | undefined;
}

export interface AcrossInvariant {
  readonly id: string;
  readonly name: string;
  readonly holds: (books: Books) => boolean;
}

type Queryable = { query<T extends object>(sql: string): Promise<{ rows: T[] }> };

/** What no service can see alone. Claimed once the system is quiet: the databases are read one after the other. */
export const acrossInvariants: readonly AcrossInvariant[] = [
  {
    id: 'Q3',
    name: 'a confirmed order has exactly one payment that stands, the one it names',
    holds: ({ order, payments }) => {
      const standing = payments.filter(({ status }) => status === 'captured' || status === 'authorized');
      if (!isConfirmed(order) || order.reason === 'payment_returned') return true;
      return standing.length === 1 && standing[0]?.id === order.paymentId;
    },
  },
  {
    id: 'Q3',
    name: 'the payment of a confirmed order is of its total, and captured unless that is for later',
    holds: ({ order, payments }) => {
      const payment = payments.find(({ id }) => id === order?.paymentId);
      if (!isConfirmed(order) || !payment) return true;
      // Captured by hand it may be for less: the rest was released.
      const taken = payment.capture === 'manual' || payment.captured === order.total;
      return taken && payment.amount === order.total && payment.currency === order.currency;
    },
  },
  {
    id: 'Q3',
    name: 'what has left is paid for, or the order says that its money is gone',
    holds: ({ order, payments }) => {
      const payment = payments.find(({ id }) => id === order?.paymentId);
      return !hasLeft(order) || order.reason !== null || payment?.status === 'captured';
    },
  },
  {
    id: 'Q3',
    name: 'what is cancelled or has come back of an order is refunded, as far as its payment has it',
    holds: ({ order, payments }) => {
      const payment = payments.find(({ id }) => id === order?.paymentId);
      if (!isConfirmed(order) || !payment || order.reason === 'payment_returned') return true;
      const owed = owedBack(order);
      const given = Number(payment.givenBack);
      return given === owed || (given < owed && payment.refunded === payment.captured);
    },
  },
  {
    id: 'Q3',
    name: 'what is cancelled of a confirmed order, or has come back to be sold again, is in the stock',
    holds: ({ order, reservation }) =>
      !isConfirmed(order) ||
      reservation?.status !== 'committed' ||
      order.lines.every((line) => {
        const back = reservation.lines.find(({ sku }) => sku === line.sku)?.returns ?? [];
        const restocked = back.reduce((sum, { quantity }) => sum + quantity, 0);
        const returned = (order.restocked ?? []).flat().filter(({ sku }) => sku === line.sku);
        return (
          restocked === returned.reduce((sum, { quantity }) => sum + quantity, line.cancelledQuantity ?? 0)
        );
      }),
  },
  {
    id: 'Q3',
    name: 'a confirmed order has its stock committed, line by line',
    holds: ({ order, reservation }) =>
      !isConfirmed(order) ||
      (order.reason !== null && reservation?.status === 'commit_refused') ||
      (reservation?.status === 'committed' && textOf(order.lines) === textOf(reservation.lines)),
  },
  {
    id: 'Q3',
    name: 'an order that is not confirmed has no money kept',
    holds: ({ order, payments }) =>
      isConfirmed(order) ||
      payments.every(({ status, captured, refunded }) => captured === refunded && status !== 'authorized'),
  },
  {
    id: 'Q3',
    name: 'an order that awaits payment has its stock held, line by line',
    holds: ({ order, reservation }) =>
      order?.phase !== 'awaiting_payment' ||
      (reservation?.status === 'held' && textOf(order.lines) === textOf(reservation.lines)),
  },
  {
    id: 'Q3',
    name: 'an order that ended early has no stock held or taken',
    holds: ({ order, reservation }) =>
      !['rejected', 'cancelled'].includes(order?.phase ?? '') ||
      !['held', 'committed'].includes(reservation?.status ?? ''),
  },
  {
    id: 'Q5',
    name: 'no payment and no reservation is without its order',
    holds: ({ order }) => order !== undefined,
  },
];

/** Every violation, in words. */
export async function crossServiceViolations(
  databases: Readonly<Record<ServiceName, Queryable>>,
): Promise<string[]> {
  const found: string[] = [];
  for (const [id, books] of await readBooks(databases)) {
    for (const { id: rule, name, holds } of acrossInvariants) {
      if (!holds(books)) found.push(`${rule} "${name}": ${id} ${JSON.stringify(books)}`);
    }
  }
  return found;
}

async function readBooks(databases: Readonly<Record<ServiceName, Queryable>>): Promise<Map<string, Books>> {
  const { rows: orders } = await databases.order.query<OrderRow>(
    `select id, phase, total_amount as total, currency, payment ->> 'id' as "paymentId", reason ->> 'code' as reason, lines, adjustments,
       (select json_agg(detail -> 'return' -> 'lines') from order_history h where h.order_id = orders.id
         and cause = 'order.return.v1' and (detail -> 'return' ->> 'restock')::boolean) as restocked from orders`,
  );
  const { rows: payments } = await databases.payment.query<PaymentRow>(
    `select id, order_id as "orderId", status, amount, currency, capture, captured_amount as captured,
       refunded_amount as refunded, (select coalesce(sum(r.amount), 0) from refunds r
         where r.payment_id = payments.id and r.key is null and cancelled_at is null) as "givenBack" from payments`,
  );
  const { rows: reservations } = await databases.stock.query<ReservationRow>(
    'select order_id as "orderId", status, lines from reservations',
  );
  const orderOf = new Map(orders.map((order) => [order.id, order]));
  const paymentsOf = Map.groupBy(payments, ({ orderId }) => orderId);
  const reservationOf = new Map(reservations.map((reservation) => [reservation.orderId, reservation]));
  const ids = new Set([...orderOf.keys(), ...paymentsOf.keys(), ...reservationOf.keys()]);
  return new Map(
    [...ids].map((id) => [
      id,
      { order: orderOf.get(id), payments: paymentsOf.get(id) ?? [], reservation: reservationOf.get(id) },
    ]),
  );
}

function textOf(lines: readonly Line[]): string {
  return lines
    .map(({ sku, quantity }) => `${sku}×${quantity}`)
    .sort()
    .join();
}

/** The share of the lines that were cancelled or have come back in what the goods cost: all but the shipping. */
function owedBack({ lines, adjustments, total }: OrderRow): number {
  const worth = (quantityOf: (line: Line) => number) =>
    lines.reduce((sum, line) => sum + BigInt(quantityOf(line)) * BigInt(line.unitAmount ?? 0), 0n);
  const all = worth(({ quantity }) => quantity);
  const back = worth(
    ({ cancelledQuantity = 0, returnedQuantity = 0 }) => cancelledQuantity + returnedQuantity,
  );
  const shipping = adjustments?.filter(({ kind }) => kind === 'shipping') ?? [];
  const goods = shipping.reduce((rest, { amount }) => rest - amount, Number(total));
  return back === 0n || goods <= 0 ? 0 : Number((BigInt(goods) * back) / all);
}

function hasLeft(order: OrderRow | undefined): order is OrderRow {
  return isConfirmed(order) && order.lines.some(({ fulfilledQuantity = 0 }) => fulfilledQuantity > 0);
}

/** Confirmed, and perhaps on its way to the customer. */
function isConfirmed(order: OrderRow | undefined): order is OrderRow {
  return order?.phase === 'confirmed' || order?.phase === 'fulfilled';
}
