import { until } from './scene.js';

/** Holds back whoever comes, until it is opened. */
export class Gate {
  private held = 0;
  private release: () => void = () => undefined;
  private readonly opened = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  /** The same work, behind the gate. */
  passing<A extends unknown[], R>(work: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
    return async (...args) => {
      this.held++;
      await this.opened;
      return work(...args);
    };
  }

  /** Resolves when so many have come. */
  holds(count: number): Promise<void> {
    return until(`${count} are held back`, () => this.held >= count);
  }

  open(): void {
    this.release();
  }
}
