import { type Transfer } from '../../../apps/payment/src/ledger.js';
import { FACTS, type Payment, STATUSES, STEPS, type Status } from '../../../apps/payment/src/payment.js';
import { type PaymentRow } from '../../../apps/payment/src/record.js';
import { isOpen, type PaymentState, type Refund } from '../../../apps/payment/src/refund.js';
import { type MemoryDatabase } from '../memory-database.js';
import { each, illegalSteps, type Law, sumOf } from './law.js';

export type PaymentLaw = Law<PaymentState, PaymentRow>;
type Payments = MemoryDatabase<PaymentState, PaymentRow>;

export const isPayment = (state: PaymentState): state is Payment => state.kind === 'payment';
const isRefund = (state: PaymentState): state is Refund => state.kind === 'refund';

const transfersOf = ({ appended }: Payments): Transfer[] =>
  appended.flatMap(({ row }) => (row.kind === 'transfer' ? [row] : []));
export const refundsOf = ({ rows }: Payments, { id }: Payment): Refund[] =>
  [...rows.values()].filter(isRefund).filter(({ paymentId }) => paymentId === id);

/** The table that the service decides by: from, to. A version may also be about something that moves no status. */
const LEGAL: ReadonlySet<string> = new Set([
  ' requested',
  ' declined',
  ...STATUSES.flatMap((from) =>
    [from, ...FACTS.map((_, i) => STEPS[from][i] as string)].map((to) => `${from} ${to}`),
  ),
]);

const WAITING: readonly Status[] = [
  'requested',
  'unknown',
  'requires_action',
  'cancelling',
  'capturing',
  'recalling',
  'voiding',
];
const AUTHORIZED: readonly Status[] = [
  'authorized',
  'capturing',
  'recalling',
  'captured',
  'voiding',
  'refunding',
  'voided',
  'refunded',
  'expired',
];

const ledgerLaws: readonly PaymentLaw[] = [
  {
    id: 'A1',
    name: 'every journal balances: a transfer debits one account and credits another',
    *broken(payments) {
      for (const { paymentId, debit, credit, amount } of transfersOf(payments))
        if (debit === credit || amount <= 0) yield paymentId;
    },
  },
  {
    id: 'A1',
    name: 'what the ledger moved for a payment is what the payment says it took and gave back',
    broken: each(isPayment, ({ id, capturedAmount, refundedAmount }, payments) => {
      const moved = (operation: Transfer['operation']) =>
        sumOf(transfersOf(payments), (one) =>
          one.paymentId === id && one.operation === operation ? one.amount : 0,
        );
      return capturedAmount !== moved('capture') || refundedAmount !== moved('refund');
    }),
  },
  {
    id: 'A1',
    name: 'every transfer belongs to a payment, in its currency, between the accounts of its operation',
    *broken(payments) {
      for (const { paymentId, operation, debit, credit, currency } of transfersOf(payments)) {
        const payment = payments.rows.get(paymentId);
        const accounts = operation === 'capture' ? 'provider_clearing sales' : 'refunds provider_clearing';
        const isRight = payment?.kind === 'payment' && payment.terms?.currency === currency;
        if (!isRight || `${debit} ${credit}` !== accounts) yield `${paymentId} ${operation}`;
      }
    },
  },
  {
    id: 'A1',
    name: 'a refund is posted when it has succeeded, and only then',
    *broken(payments) {
      const posted = new Map(
        transfersOf(payments)
          .filter(({ operation }) => operation === 'refund')
          .map((one) => [one.journal, one]),
      );
      for (const refund of [...payments.rows.values()].filter(isRefund)) {
        const transfer = posted.get(refund.id);
        posted.delete(refund.id);
        const isPosted = transfer?.paymentId === refund.paymentId && transfer.amount === refund.amount;
        if (refund.status === 'succeeded' ? !isPosted : transfer !== undefined) yield JSON.stringify(refund);
      }
      for (const journal of posted.keys()) yield `${journal} is no refund`;
    },
  },
];

const amountLaws: readonly PaymentLaw[] = [
  {
    id: 'A2',
    name: 'a payment is captured at most once, and each of its refunds is posted at most once',
    *broken(payments) {
      const seen = new Set<string>();
      for (const { paymentId, journal } of transfersOf(payments)) {
        const key = `${paymentId} ${journal}`;
        if (seen.has(key)) yield key;
        seen.add(key);
      }
    },
  },
  {
    id: 'A2',
    name: 'refunds ≤ captures ≤ authorized ≤ asked, what is under way included',
    broken: each(
      isPayment,
      ({ refundedAmount, refundingAmount, capturedAmount, capturingAmount, authorizedAmount, terms }) =>
        refundedAmount + refundingAmount > capturedAmount ||
        capturedAmount + capturingAmount > authorizedAmount ||
        authorizedAmount > (terms?.amount ?? 0),
    ),
  },
  {
    id: 'A2',
    name: 'what a payment gives back is what its refunds give back',
    broken: each(isPayment, (payment, payments) => {
      const refunds = refundsOf(payments, payment);
      const back = (status: (refund: Refund) => boolean) =>
        sumOf(refunds, (refund) => (status(refund) ? refund.amount : 0));
      return (
        payment.refundingAmount !== back(({ status }) => status !== 'succeeded') ||
        payment.refundedAmount !== back(({ status }) => status === 'succeeded')
      );
    }),
  },
  {
    id: 'A2',
    name: 'the status of a payment says what became of its money',
    broken: each(isPayment, (payment) => {
      const { status, authorizedAmount, capturedAmount, capturingAmount, refundedAmount, refundingAmount } =
        payment;
      if (status === 'halted') return false;
      return (
        authorizedAmount > 0 !== AUTHORIZED.includes(status) ||
        capturedAmount > 0 !== ['captured', 'refunding', 'refunded'].includes(status) ||
        capturingAmount > 0 !== ['capturing', 'recalling'].includes(status) ||
        (status === 'refunded' && refundedAmount !== capturedAmount) ||
        (status === 'refunding' && refundedAmount + refundingAmount !== capturedAmount)
      );
    }),
  },
  {
    id: 'A2',
    name: 'an authorization has an end, and nothing else but the step of a customer does',
    broken: each(
      isPayment,
      ({ status, expiresAt, actionUrl }) =>
        (expiresAt !== null) !== (status === 'authorized' || status === 'requires_action') ||
        (actionUrl !== null && status !== 'requires_action' && status !== 'cancelling') ||
        (actionUrl === null && status === 'requires_action'),
    ),
  },
];

const historyLaws: readonly PaymentLaw[] = [
  {
    id: 'A3',
    name: 'a payment took only legal steps, one version at a time',
    *broken({ appended }) {
      yield* illegalSteps(
        appended.flatMap(({ row }) => {
          if (row.kind !== 'step') return [];
          const { paymentId: of, version, from, to } = row;
          return [{ of, version, from, to, isLegal: LEGAL.has(`${from ?? ''} ${to}`) }];
        }),
      );
    },
  },
  {
    id: 'A3',
    name: 'a payment stands where its last step led',
    *broken({ rows, appended }) {
      const last = new Map(
        appended.flatMap(({ row }) => (row.kind === 'step' ? [[row.paymentId, row]] : [])),
      );
      for (const state of rows.values()) {
        if (!isPayment(state)) continue;
        const step = last.get(state.id);
        if (step?.version !== state.version || step.to !== state.status) yield JSON.stringify(state);
      }
    },
  },
  {
    id: 'A4',
    name: 'the intent was there before the provider was called',
    *broken({ appended }) {
      const intents = new Set<string>();
      for (const { row, cause } of appended) {
        if (row.kind !== 'step') continue;
        if (cause.type.startsWith('payment.provider_') && !intents.has(row.paymentId))
          yield JSON.stringify(row);
        if (['requested', 'capturing', 'voiding', 'refunding'].includes(row.to)) intents.add(row.paymentId);
      }
    },
  },
  {
    id: 'A4',
    name: 'a refund was there before the provider was called',
    *broken({ appended, rows }) {
      for (const { row, cause } of appended) {
        if (row.kind !== 'step' || !cause.type.startsWith('payment.provider_')) continue;
        const { operation, refundId } = (row.detail ?? {}) as { operation?: string; refundId?: string };
        if (operation !== 'refund' || refundId === undefined) continue;
        const refund = rows.get(refundId);
        if (refund?.kind !== 'refund' || refund.paymentVersion >= row.version) yield JSON.stringify(row);
      }
    },
  },
  {
    id: 'A4',
    name: 'what waits for the provider has a time at which it is asked again',
    *broken({ rows }) {
      for (const state of rows.values()) {
        if (state.kind === 'key') continue;
        const waits = state.kind === 'refund' ? isOpen(state) : WAITING.includes(state.status);
        if ((state.nextAttemptAt !== null) !== waits) yield JSON.stringify(state);
      }
    },
  },
];

const quietLaws: readonly PaymentLaw[] = [
  {
    id: 'Q1',
    name: 'no payment is left unsettled, unknown or halted',
    broken: each(isPayment, ({ status }) => [...WAITING, 'refunding', 'halted'].includes(status)),
  },
  {
    id: 'Q1',
    name: 'no authorization stands past its end',
    broken: each(
      isPayment,
      ({ status, expiresAt }, { options: { clock } }) =>
        status === 'authorized' && expiresAt !== null && Date.parse(expiresAt) < clock.ms - 5_000,
    ),
  },
  {
    id: 'Q1',
    name: 'no refund is left unsettled, unknown or halted',
    broken: each(isRefund, ({ status }) => status !== 'succeeded'),
  },
  {
    id: 'Q1',
    name: 'a cancelled payment keeps nothing',
    broken: each(
      isPayment,
      ({ cancelledAt, capturedAmount, refundedAmount, status }) =>
        cancelledAt !== null &&
        (capturedAmount !== refundedAmount ||
          !['declined', 'voided', 'refunded', 'expired'].includes(status)),
    ),
  },
  {
    id: 'Q1',
    name: 'no refund waits for a capture',
    broken: each(isPayment, ({ waitingRefunds }) => waitingRefunds !== null),
  },
  {
    id: 'Q2',
    name: 'the outbox is drained',
    broken: ({ outbox }) => [...outbox.values()].map(({ row }) => `${row.type} ${row.body}`),
  },
];

export const paymentLaws: readonly PaymentLaw[] = [
  ...ledgerLaws,
  ...amountLaws,
  ...historyLaws,
  ...quietLaws,
];
