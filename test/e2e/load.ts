import { randomUUID } from 'node:crypto';
import { type Client } from './client.js';

export interface LoadOptions {
  readonly orders: number;
  readonly clients: number;
  readonly skus: readonly string[];
}

/** How long one order may be tried again before the load gives up on it. */
const PATIENCE_MS = 60_000;

/**
 * Clients who place orders one after the other and, as a client should, try again with the same key when the answer is
 * 503, 504 or no answer at all. Its own record of what was accepted is the oracle of the fault tests.
 */
export class Load {
  /** Ids of orders answered with 201. */
  readonly accepted: string[] = [];
  /** Every answer that was not 201: the status or the network's error code. */
  readonly failures: string[] = [];
  /** Answers that no fault explains, and orders given up. */
  readonly unexpected: string[] = [];
  private readonly workers: Promise<unknown>;
  private readonly marks: { readonly count: number; readonly resolve: () => void }[] = [];
  private left: number;

  constructor(
    private readonly client: Client,
    private readonly options: LoadOptions,
  ) {
    this.left = options.orders;
    this.workers = Promise.all(Array.from({ length: options.clients }, () => this.work()));
  }

  /** Resolves when so many orders have been accepted. */
  reached(count: number): Promise<void> {
    if (this.accepted.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.marks.push({ count, resolve }));
  }

  async done(): Promise<void> {
    await this.workers;
  }

  private async work(): Promise<void> {
    while (this.left-- > 0) {
      await this.placeUntilAccepted();
      for (const { count, resolve } of this.marks) if (this.accepted.length >= count) resolve();
    }
  }

  private async placeUntilAccepted(): Promise<void> {
    const { skus } = this.options;
    const sku = skus[this.left % skus.length] as string;
    const order = { sku, method: 'tok_visa', key: randomUUID(), wait: 2 };
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      const answer = await this.client.place(order).catch((error: Error) => error);
      if (!(answer instanceof Error) && answer.status === 201) {
        this.accepted.push(answer.body.id);
        return;
      }
      const failure = answer instanceof Error ? codeOf(answer) : String(answer.status);
      this.failures.push(failure);
      if (!(answer instanceof Error) && answer.status !== 503 && answer.status !== 504)
        this.unexpected.push(answer.text);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.unexpected.push(`gave up on ${order.key}`);
  }
}

function codeOf(error: Error): string {
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}
