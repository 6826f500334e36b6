import { type Log, type Observe } from '#messaging';
import { type Database } from '#persistence';
import { type Difference, differences, withOthers } from './differences.js';
import { bookedIn, bookedOf, unsettledOf } from './ledger-check.store.js';
import { type Period, type ProviderLedger } from './provider.js';

interface Parts {
  readonly database: Database;
  readonly ledger: ProviderLedger;
}

/** The clocks of two machines. */
const SKEW_MS = 300_000;
/** So much is held in memory at once. */
const SLICE_MS = 600_000;

/** A round that has not ended by then never would, or finds nothing that is still new. */
const ROUND_MS = 600_000;

/** Every difference between our ledger and the provider's own, slice by slice. Throws when nobody waits for it any more. */
export async function* reconcileLedgers(
  parts: Parts,
  { from, to }: Period,
  signal: AbortSignal,
): AsyncGenerator<Difference> {
  for (let start = from; start < to; ) {
    signal.throwIfAborted();
    const end = new Date(Math.min(start.getTime() + SLICE_MS, to.getTime()));
    yield* await compare(parts, { from: start, to: end }, signal);
    start = end;
  }
}

/** Theirs is read between ours and ours: what moves meanwhile is unsettled before, or posted after. */
async function compare(
  { database, ledger }: Parts,
  period: Period,
  signal: AbortSignal,
): Promise<Difference[]> {
  const posted = await bookedIn(database, period);
  const earliest = posted.reduce(
    (first, { since }) => Math.min(first, since.getTime()),
    period.from.getTime(),
  );
  const around = { from: new Date(earliest - SKEW_MS), to: new Date(period.to.getTime() + SKEW_MS) };
  const theirs = await ledger.movements(around, signal);
  const ids = [...new Set(theirs.map(({ paymentId }) => paymentId))];
  const unsettled = await unsettledOf(database, ids);
  const known = await bookedOf(database, ids);
  return differences({ ours: withOthers(known, posted), theirs }, period, unsettled);
}

/** Keeps looking at the last hours. What it finds is a metric, and what it has not found before an error in the log. */
export class LedgerCheck {
  private told = new Set<string>();

  constructor(
    private readonly parts: Parts,
    private readonly windowMs: number,
    private readonly heard: { readonly log: Log; readonly observe: Observe },
  ) {}

  async round(now: Date, stopped: AbortSignal): Promise<void> {
    const { log, observe } = this.heard;
    const found: Difference[] = [];
    const period = { from: new Date(now.getTime() - this.windowMs), to: now };
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(ROUND_MS)]);
    for await (const difference of reconcileLedgers(this.parts, period, signal)) found.push(difference);
    observe('waybill_reconcile_differences', {}, found.length);
    for (const difference of found.filter((one) => !this.told.has(JSON.stringify(one)))) {
      log.error(difference, 'our ledger and that of the provider differ: somebody has to look');
    }
    this.told = new Set(found.map((one) => JSON.stringify(one)));
  }
}
