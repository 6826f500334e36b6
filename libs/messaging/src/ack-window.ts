/** For a quorum queue each acknowledgement is an entry of its log, on disk. What a crash lets come again is recognised. */
const GATHER_MS = 20;

/**
 * Deliveries of one channel, in the order of their tags. Whatever is finished from the oldest on is acknowledged
 * together, with one frame. A delivery that takes longer holds back these frames, but not the work: when many wait for
 * it, they are acknowledged one by one, else the broker would send no more.
 */
export class AckWindow {
  private readonly finished = new Set<number>();
  /** One by one, behind one that is not finished. */
  private readonly acknowledged = new Set<number>();
  private next = 0;
  private timer: NodeJS.Timeout | undefined;
  private flushing = false;

  /** `ack` gets a tag that it has not had before: it stands for itself, or also for all before it. `most`: so many wait. */
  constructor(
    private readonly ack: (tag: number, withAllBefore: boolean) => void,
    private readonly most: number,
  ) {}

  /** Tags arrive one by one, without gaps. */
  received(tag: number): void {
    if (this.next === 0) this.next = tag;
  }

  /**
   * Acknowledges within 20 ms, so that deliveries of several batches share a frame; `atOnce`, or when many have gathered: at
   * the end of this turn of the event loop.
   */
  done(tag: number, atOnce = false): void {
    this.finished.add(tag);
    if (atOnce || this.finished.size > this.most) this.flushThisTurn();
    else this.timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  private flushThisTurn(): void {
    if (this.flushing) return;
    this.flushing = true;
    queueMicrotask(() => this.flush());
  }

  /** Acknowledges all that can be, now. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.flushing = false;
    let upTo: number | undefined;
    for (; this.finished.has(this.next) || this.acknowledged.has(this.next); this.next++) {
      // A tag that was acknowledged before is none any more to the broker.
      if (!this.acknowledged.delete(this.next)) upTo = this.next;
      this.finished.delete(this.next);
    }
    if (upTo !== undefined) this.ack(upTo, true);
    if (this.finished.size <= this.most) return;
    for (const tag of this.finished) {
      this.ack(tag, false);
      this.acknowledged.add(tag);
    }
    this.finished.clear();
  }
}
