import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, type Client, type Placing } from './client.js';

export interface LoadOptions {
  /** At least so many. */
  readonly orders: number;
  readonly clients: number;
  /** Goes on beyond that, until `done` is called. */
  readonly endless?: boolean;
  /** How long all of it may take; 100 s unless told. */
  readonly patienceMs?: number;
  /** The n-th order. */
  readonly order: (n: number) => Placing;
}

/** How long a load may take, all its repeats included. Then it gives up on what is left. */
const PATIENCE_MS = 100_000;
const PAUSE_MS = 100;

/**
 * Clients who place orders one after the other and, as a client should, try again with the same key when the answer is
 * 503, 504 or no answer at all. Its own record of what was accepted is the oracle of the fault tests.
 */
export class Load {
  /** All orders of this load, and no others, are of this customer. */
  readonly customerId = `cus_${randomUUID()}`;
  /** Ids of orders answered with 201, by the number of the order. */
  readonly accepted = new Map<number, string>();
  /** Every answer that was not 201: the status or the network's error code. */
  readonly failures: string[] = [];
  /** Answers that no fault explains, and orders given up. */
  readonly unexpected: string[] = [];
  private readonly workers: Promise<unknown>;
  private readonly marks: { readonly count: number; readonly resolve: () => void }[] = [];
  private readonly deadline: number;
  private begun = 0;
  private ending: boolean;

  constructor(
    private readonly client: Client,
    private readonly options: LoadOptions,
  ) {
    this.deadline = Date.now() + (options.patienceMs ?? PATIENCE_MS);
    this.ending = !options.endless;
    this.workers = Promise.all(Array.from({ length: options.clients }, () => this.work()));
  }

  /** Resolves when so many orders have been accepted; fails with what was heard instead when the load ends before. */
  async reached(count: number): Promise<void> {
    if (this.accepted.size >= count) return;
    const mark = new Promise<void>((resolve) => this.marks.push({ count, resolve }));
    await Promise.race([mark, this.workers]);
    if (this.accepted.size >= count) return;
    const heard = [...new Set([...this.failures, ...this.unexpected])].slice(0, 5).join(', ');
    throw new Error(`only ${this.accepted.size} of ${count} orders were accepted: ${heard}`);
  }

  async done(): Promise<void> {
    this.ending = true;
    await this.workers;
  }

  private async work(): Promise<void> {
    while ((this.begun < this.options.orders || !this.ending) && Date.now() < this.deadline) {
      await this.placeUntilAccepted(this.begun++);
      for (const { count, resolve } of this.marks) if (this.accepted.size >= count) resolve();
    }
  }

  private async placeUntilAccepted(n: number): Promise<void> {
    const order = { wait: 2, key: randomUUID(), ...this.options.order(n), customerId: this.customerId };
    while (Date.now() < this.deadline) {
      const answer = await this.client.place(order).catch(codeOf);
      if (typeof answer !== 'string' && answer.status === 201) {
        this.accepted.set(n, answer.body.id);
        return;
      }
      this.note(answer);
      await pause(PAUSE_MS);
    }
    this.unexpected.push(`gave up on ${order.key}`);
  }

  private note(answer: Answer<unknown> | string): void {
    const failure = typeof answer === 'string' ? answer : String(answer.status);
    this.failures.push(failure);
    if (!/^(503|504|ECONN\w+|UND_ERR_SOCKET|EPIPE)$/.test(failure))
      this.unexpected.push(typeof answer === 'string' ? answer : answer.text);
  }
}

/** fetch hides the network's error in the cause of its own. */
function codeOf(error: { readonly message: string; readonly cause?: { readonly code?: string } }): string {
  return error.cause?.code ?? error.message;
}
