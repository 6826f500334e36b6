type Leave = () => void;

/** So many at a time, the next ones in a queue, and no more than that: a slow provider must not fill our memory. */
export class Bulkhead {
  private inside = 0;
  private readonly waiting = new Set<(leave: Leave) => void>();

  constructor(
    private readonly limit: number,
    private readonly maxWaiting: number,
  ) {}

  /** Undefined when the queue is full, or when `signal` was aborted first. Who got in must leave, once. */
  enter(signal: AbortSignal): Promise<Leave | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    if (this.inside < this.limit) {
      this.inside++;
      return Promise.resolve(this.leave);
    }
    if (this.waiting.size >= this.maxWaiting) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const giveUp = (): void => {
        this.waiting.delete(admit);
        resolve(undefined);
      };
      const admit = (leave: Leave): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(leave);
      };
      this.waiting.add(admit);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  private readonly leave: Leave = () => {
    const [next] = this.waiting;
    if (next) {
      this.waiting.delete(next);
      next(this.leave);
    } else {
      this.inside--;
    }
  };
}
