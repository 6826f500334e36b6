import { crash } from '#crash-points';
import { claimOverdue, deleteSent, type OutboxRow } from './outbox.js';
import { type Queryable } from './tx.js';

export interface OutboxRelayOptions {
  readonly database: Queryable;
  /** Resolves when the broker has confirmed. */
  readonly publish: (row: OutboxRow) => Promise<void>;
  /** Told of every publish that failed; the row stays and is tried again. */
  readonly onFailure?: (row: OutboxRow, error: unknown) => void;
  readonly intervals?: Partial<RelayIntervals>;
}

export interface RelayIntervals {
  /** Between two looks for rows that were left behind. */
  readonly sweepMs: number;
  /** How long a claimed row belongs to whoever claimed it. */
  readonly leaseMs: number;
  /** How long confirmed rows wait for a save to delete them along the way. */
  readonly idleMs: number;
}

const INTERVALS: RelayIntervals = { sweepMs: 500, leaseMs: 3_000, idleMs: 1_000 };
const SWEEP_LIMIT = 100;

/**
 * Publishes what was committed, straight from memory; the table is the safety net, not the queue. What is confirmed is
 * deleted by a later save, in its statement.
 */
export class OutboxRelay {
  private readonly intervals: RelayIntervals;
  private readonly inFlight = new Set<Promise<void>>();
  /** Rows under way: their lease may end before their publish does. */
  private readonly publishing = new Set<string>();
  private sent: string[] = [];
  private timers: NodeJS.Timeout[] = [];
  private sweeping: Promise<number> | undefined;
  private stopped = false;

  constructor(private readonly options: OutboxRelayOptions) {
    this.intervals = { ...INTERVALS, ...options.intervals };
  }

  start(): void {
    const { sweepMs, idleMs } = this.intervals;
    const jittered = sweepMs * (0.75 + Math.random() / 2);
    this.timers = [
      setInterval(() => this.own(this.sweep()), jittered),
      setInterval(() => this.own(this.clean()), idleMs),
    ];
  }

  /** Call after the commit. Failures are the sweeper's to mend. */
  dispatch(rows: readonly OutboxRow[]): void {
    for (const row of rows) {
      if (crash?.('relay.next-bundle')) return;
      const publishing = this.publish(row).finally(() => this.inFlight.delete(publishing));
      this.inFlight.add(publishing);
    }
  }

  /** Ids that the broker has confirmed, to be deleted by a save. Give them back when the save fails. */
  takeSent(): string[] {
    const taken = this.sent;
    this.sent = [];
    return taken;
  }

  putBack(ids: readonly string[]): void {
    this.sent.push(...ids);
  }

  /** Publishes what others have left behind; returns how many rows it found. One sweep at a time. */
  sweep(): Promise<number> {
    this.sweeping ??= this.sweepOnce().finally(() => {
      this.sweeping = undefined;
    });
    return this.sweeping;
  }

  /** Deletes what was confirmed and no save has taken along. */
  async clean(): Promise<void> {
    const ids = this.takeSent();
    if (ids.length === 0) return;
    try {
      crash?.('relay.before-delete');
      await deleteSent(this.options.database, ids);
      crash?.('relay.deleted');
    } catch (error) {
      this.putBack(ids);
      throw error;
    }
  }

  /** Waits for confirms under way, at most so long, and deletes what they confirmed. What is left is swept by others. */
  async stop(deadlineMs: number): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) clearInterval(timer);
    let expiry: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      expiry = setTimeout(resolve, deadlineMs);
    });
    await Promise.race([Promise.all([this.sweeping, ...this.inFlight]), deadline]).catch(() => undefined);
    clearTimeout(expiry);
    await this.clean();
  }

  private async sweepOnce(): Promise<number> {
    let found = 0;
    for (;;) {
      if (this.stopped) return found;
      const rows = await claimOverdue(this.options.database, this.intervals.leaseMs, SWEEP_LIMIT);
      found += rows.length;
      if (rows.length > 0) crash?.('relay.claimed');
      await Promise.all(rows.map((row) => this.publish(row)));
      if (rows.length < SWEEP_LIMIT) return found;
    }
  }

  private async publish(row: OutboxRow): Promise<void> {
    if (this.publishing.has(row.id)) return;
    this.publishing.add(row.id);
    try {
      await this.options.publish(row);
      crash?.('relay.confirmed');
      this.sent.push(row.id);
    } catch (error) {
      this.options.onFailure?.(row, error);
    } finally {
      this.publishing.delete(row.id);
    }
  }

  /** The timers' work: a database that is away now is asked again at the next tick. */
  private own(work: Promise<unknown>): void {
    work.catch(() => undefined);
  }
}
