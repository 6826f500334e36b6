import { type Transfer } from './ledger.js';
import { type Movement, type Period } from './provider.js';

export type Booked = Pick<Transfer, 'paymentId' | 'operation' | 'journal' | 'amount' | 'currency'> & {
  readonly at: Date;
};

/** Where our ledger and the provider's own say different things of one capture or refund. */
export interface Difference {
  readonly paymentId: string;
  /** The key under which the provider was, or would have been, asked for it. */
  readonly what: string;
  readonly ours: string | null;
  readonly theirs: string | null;
}

interface Line {
  readonly paymentId: string;
  ours: Sums;
  theirs: Sums;
  isOfPeriod: boolean;
}
type Sums = Readonly<Record<string, number>>;

/**
 * Line by line, whatever has moved in the period on either side. The other side may have it at another time: `ours` and
 * `theirs` reach beyond the period. Payments that wait for the provider are left out: they may know tomorrow.
 */
export function differences(
  { ours, theirs }: { readonly ours: readonly Booked[]; readonly theirs: readonly Movement[] },
  period: Period,
  unsettled: ReadonlySet<string>,
): Difference[] {
  const lines = new Map<string, Line>();
  const lineOf = (
    what: string,
    { paymentId, at }: { readonly paymentId: string; readonly at: Date },
  ): Line => {
    const line = lines.get(what) ?? { paymentId, ours: {}, theirs: {}, isOfPeriod: false };
    lines.set(what, line);
    line.isOfPeriod ||= at >= period.from && at < period.to;
    return line;
  };
  for (const booked of ours) {
    const line = lineOf(keyOf(booked), booked);
    line.ours = plus(line.ours, booked);
  }
  for (const movement of theirs) {
    const line = lineOf(movement.key ?? `${movement.paymentId}:${movement.operation} past us`, movement);
    line.theirs = plus(line.theirs, movement);
  }
  return [...lines].flatMap(([what, line]) => {
    if (!line.isOfPeriod || unsettled.has(line.paymentId)) return [];
    const said = { ours: wordsOf(line.ours), theirs: wordsOf(line.theirs) };
    return said.ours === said.theirs ? [] : [{ paymentId: line.paymentId, what, ...said }];
  });
}

/** Each posting once: all that is known of some payments, and of the others what the period has. */
export function withOthers(known: readonly Booked[], posted: readonly Booked[]): Booked[] {
  const ids = new Set(known.map(({ paymentId }) => paymentId));
  return [...known, ...posted.filter(({ paymentId }) => !ids.has(paymentId))];
}

function keyOf({ paymentId, operation, journal }: Booked): string {
  return operation === 'capture' ? `${paymentId}:capture` : `${journal}:refund`;
}

/** Something that was done twice shows as twice the sum. */
function plus(
  sums: Sums,
  { amount, currency }: { readonly amount: number; readonly currency: string },
): Sums {
  return { ...sums, [currency]: (sums[currency] ?? 0) + amount };
}

function wordsOf(sums: Sums): string | null {
  const words = Object.entries(sums).flatMap(([currency, sum]) => (sum === 0 ? [] : `${sum} ${currency}`));
  return words.length === 0 ? null : words.sort().join(' + ');
}
