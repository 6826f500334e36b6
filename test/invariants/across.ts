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
}

interface PaymentRow {
  readonly id: string;
  readonly orderId: string;
  readonly status: string;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly capture: string | null;
  readonly captured: string;
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
  readonly fulfilledQuantity?: number;
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
    `select id, phase, total_amount as total, currency, payment ->> 'id' as "paymentId", reason ->> 'code' as reason, lines
     from orders`,
  );
  const { rows: payments } = await databases.payment.query<PaymentRow>(
    `select id, order_id as "orderId", status, amount, currency, capture, captured_amount as captured,
       refunded_amount as refunded from payments`,
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

function hasLeft(order: OrderRow | undefined): order is OrderRow {
  return isConfirmed(order) && order.lines.some(({ fulfilledQuantity = 0 }) => fulfilledQuantity > 0);
}

/** Confirmed, and perhaps on its way to the customer. */
function isConfirmed(order: OrderRow | undefined): order is OrderRow {
  return order?.phase === 'confirmed' || order?.phase === 'fulfilled';
}
