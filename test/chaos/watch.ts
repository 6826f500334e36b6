import { setTimeout as pause } from 'node:timers/promises';
import { type Books, SERVICES } from '../e2e/books.js';

const EVERY_MS = 1_000;

/** Looks every second at what must hold at every moment, whatever is broken just then. */
export class Watch {
  readonly violations = new Set<string>();
  /** Looks into one database that came to an end. */
  looks = 0;
  private ended = false;
  private readonly work: Promise<void>;

  constructor(private readonly books: Books) {
    this.work = this.watch();
  }

  async stop(): Promise<void> {
    this.ended = true;
    await this.work;
  }

  private async watch(): Promise<void> {
    while (!this.ended) {
      const next = pause(EVERY_MS);
      for (const service of SERVICES) {
        // A database that is away now is looked at again in a second.
        const found = await this.books.violationsNow(service).catch(() => undefined);
        if (found === undefined) continue;
        this.looks++;
        for (const violation of found) this.violations.add(violation);
      }
      await next;
    }
  }
}
