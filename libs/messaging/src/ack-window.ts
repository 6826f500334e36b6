/**
 * Deliveries of one channel, in the order of their tags. Whatever is finished from the oldest on is acknowledged
 * together, with one frame; a delivery that takes longer holds back only the acknowledgements, not the work.
 */
export class AckWindow {
  private readonly finished = new Set<number>();
  private next = 0;
  private scheduled = false;

  /** `ack` gets the highest tag up to which everything is finished. */
  constructor(private readonly ack: (upTo: number) => void) {}

  /** Tags arrive one by one, without gaps. */
  received(tag: number): void {
    if (this.next === 0) this.next = tag;
  }

  /** Acknowledges at the end of this turn of the event loop, so that deliveries of one batch share a frame. */
  done(tag: number): void {
    this.finished.add(tag);
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => this.flush());
  }

  private flush(): void {
    this.scheduled = false;
    const first = this.next;
    while (this.finished.delete(this.next)) this.next++;
    if (this.next > first) this.ack(this.next - 1);
  }
}
