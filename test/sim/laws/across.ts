import { type Order, type OrderState, type Step } from '../../../apps/order/src/order.js';
import { type PaymentRow } from '../../../apps/payment/src/record.js';
import { type PaymentState } from '../../../apps/payment/src/refund.js';
import { type Entry } from '../../../apps/payment/src/sandbox/ledger-file.client.js';
import { type StockRow, type StockState } from '../../../apps/stock/src/state.js';
import { acrossInvariants } from '../../invariants/across.js';
import { providerViolations } from '../../invariants/provider.js';
import { type MemoryDatabase } from '../memory-database.js';
import { sumOf } from './law.js';
import { isPayment, refundsOf } from './payment.js';

type Books = Parameters<(typeof acrossInvariants)[number]['holds']>[0];

export interface Databases {
  readonly order: MemoryDatabase<OrderState, Step>;
  readonly payment: MemoryDatabase<PaymentState, PaymentRow>;
  readonly stock: MemoryDatabase<StockState, StockRow>;
}

/** What no service can see alone: the very functions of test/invariants/across.ts, over what is in memory. */
export function acrossViolations(databases: Databases): string[] {
  const found: string[] = [];
  for (const [id, books] of booksOf(databases)) {
    for (const { id: rule, name, holds } of acrossInvariants) {
      if (!holds(books)) found.push(`${rule} "${name}": ${id} ${JSON.stringify(books)}`);
    }
  }
  return found;
}

/** Q4, with the comparison of test/invariants/provider.ts. */
export function ledgerViolations({ payment }: Databases, entries: readonly Entry[]): Promise<string[]> {
  const moved: object[] = [];
  const add = (paymentId: string, operation: string, amount: number, currency = ''): void => {
    moved.push({ paymentId, operation, amount: String(amount), currency });
  };
  for (const { row } of payment.appended)
    if (row.kind === 'transfer') add(row.paymentId, row.operation, row.amount, row.currency);
  for (const state of payment.rows.values()) {
    if (!isPayment(state)) continue;
    const { id, terms, authorizedAmount, status } = state;
    if (terms?.capture === 'manual' && authorizedAmount > 0)
      add(id, 'authorize', authorizedAmount, terms.currency);
    if (status === 'voided') add(id, 'void', authorizedAmount, terms?.currency);
  }
  // What had lapsed before we heard of it was never ours: nothing of it was kept from anybody.
  const heard = entries.filter(({ paymentId, operation }) => {
    const state = payment.rows.get(paymentId);
    const lapsed = state?.kind === 'payment' && state.declineCode === 'authorization_expired';
    return operation !== 'authorize' || !lapsed;
  });
  return providerViolations({ query: async () => ({ rows: moved as never[] }) }, heard);
}

function booksOf({ order, payment, stock }: Databases): Map<string, Books> {
  const books = new Map<string, { -readonly [K in keyof Books]: Books[K] }>();
  const of = (id: string) => {
    const known = books.get(id) ?? { payments: [] };
    books.set(id, known);
    return known;
  };
  for (const state of order.rows.values())
    if (state.kind === 'order') of(state.id).order = orderRow(state, order);
  for (const state of payment.rows.values()) {
    if (!isPayment(state)) continue;
    const { id, orderId, status, terms, capturedAmount, refundedAmount, cancelledAt } = state;
    const ours = cancelledAt === null ? refundsOf(payment, state).filter(({ key }) => key === null) : [];
    const row: Books['payments'][number] = {
      id,
      orderId,
      status,
      amount: terms && String(terms.amount),
      currency: terms?.currency ?? null,
      capture: terms?.capture ?? null,
      captured: String(capturedAmount),
      refunded: String(refundedAmount),
      givenBack: String(sumOf(ours, ({ amount }) => amount)),
    };
    const known = of(orderId);
    known.payments = [...known.payments, row];
  }
  for (const state of stock.rows.values()) {
    if (state.kind === 'reservation') of(state.orderId).reservation = state;
  }
  return books;
}

function orderRow(order: Order, { appended }: Databases['order']): NonNullable<Books['order']> {
  const restocked = appended.flatMap(({ row, cause }) => {
    if (row.orderId !== order.id || cause.type !== 'order.return.v1') return [];
    const { lines, restock } = (row.detail as Record<'return', unknown>).return as {
      lines: Order['lines'];
      restock: boolean;
    };
    return restock ? [lines] : [];
  });
  const { id, phase, currency, totalAmount, payment, reason, adjustments } = order;
  return {
    id,
    phase,
    currency,
    total: totalAmount === null ? null : String(totalAmount),
    paymentId: payment?.id ?? null,
    reason: reason?.code ?? null,
    lines: order.lines.map(({ unitAmount, ...line }) => ({
      ...line,
      ...(unitAmount !== null && { unitAmount }),
    })),
    adjustments: adjustments ?? null,
    restocked: restocked.map((lines) => lines.map(({ sku, quantity }) => ({ sku, quantity }))),
  };
}
