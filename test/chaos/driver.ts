import { setTimeout as pause } from 'node:timers/promises';
import { type OrderView, type PaymentView, type RefundView } from '#contracts';
import { type Answer, type Client, type Placing } from '../e2e/client.js';
import { answer as answerStep } from '../e2e/webhooks/customer.js';
import { type Attempt, type Deed, type Journal } from './journal.js';
import { type Random } from './random.js';

/** A client that is told 503 waits, as it is asked to. */
const PAUSE_MS = [100, 400] as const;
const POLL_MS = 150;
/** Then a customer does not look at an order again. */
const CURIOUS_MS = 20_000;
/** Answers after which the same request is sent again with the same key. */
const AGAIN = /^(?:429|503|504)$/;
/** What a network says of a connection that did not hold. */
const NETWORK = /^(?:ECONN\w+|UND_ERR_\w+|EPIPE|ETIMEDOUT|TimeoutError|AbortError)$/;

interface Request {
  readonly deed: Deed;
  readonly ref: string;
}

/** What a customer does with the API: asks until there is an answer, and notes what was heard. */
export class Driver {
  constructor(
    readonly client: Client,
    readonly journal: Journal,
    readonly random: Random,
    /** Then it gives up on whatever has no answer yet. Of Date.now. */
    private readonly deadline: number,
  ) {}

  /** Undefined when it was refused or has had no answer at all. */
  async place(ref: string, placing: Placing): Promise<OrderView | undefined> {
    const order = { wait: 2, ...placing, key: ref, metadata: { ref } };
    return this.ask<OrderView>({ deed: 'place', ref }, () => this.client.place(order));
  }

  async pay(orderId: string, method: string): Promise<PaymentView | undefined> {
    const ref = this.newRef('pay');
    return this.ask({ deed: 'pay', ref }, () => this.client.pay(orderId, method, { wait: 2, key: ref }));
  }

  async cancel(orderId: string): Promise<OrderView | undefined> {
    return this.ask({ deed: 'cancel', ref: orderId }, () =>
      this.client.send<OrderView>('POST', `/v1/orders/${orderId}/cancel`),
    );
  }

  async fulfil(orderId: string): Promise<OrderView | undefined> {
    const ref = this.newRef('shp');
    return this.ask({ deed: 'fulfil', ref }, () =>
      this.client.send<OrderView>(
        'POST',
        `/v1/orders/${orderId}/fulfil`,
        { trackingNumber: ref },
        { 'idempotency-key': ref },
      ),
    );
  }

  async refund(paymentId: string, amount: number): Promise<RefundView | undefined> {
    const ref = this.newRef('ref');
    const body = { amount: { amount, currency: 'EUR' }, reason: ref };
    const headers = { 'idempotency-key': ref, prefer: 'wait=2' };
    return this.ask({ deed: 'refund', ref }, () =>
      this.client.send<RefundView>('POST', `/v1/payments/${paymentId}/refunds`, body, headers),
    );
  }

  /** The step of tok_3ds. A page that is not there just now is tried again. */
  async decide(payment: PaymentView, how: 'approve' | 'decline'): Promise<void> {
    while (Date.now() < this.deadline) {
      const shown = await answerStep(payment, how).catch(() => undefined);
      if (shown !== undefined) return;
      await this.pause();
    }
  }

  /** How it stands as soon as it is none of these; undefined when nobody can tell in time. */
  order(id: string, ...open: readonly OrderView['status'][]): Promise<OrderView | undefined> {
    return this.read<OrderView>(`/v1/orders/${id}`, ({ status }) => !open.includes(status));
  }

  payment(id: string, ...open: readonly PaymentView['status'][]): Promise<PaymentView | undefined> {
    return this.read<PaymentView>(`/v1/payments/${id}`, ({ status }) => !open.includes(status));
  }

  newRef(prefix: string): string {
    return `${prefix}-${this.random.between(0, 2 ** 52).toString(36)}`;
  }

  pause(): Promise<void> {
    return pause(this.random.between(...PAUSE_MS));
  }

  private async ask<T extends { readonly id: string }>(
    { deed, ref }: Request,
    send: () => Promise<Answer<T>>,
  ): Promise<T | undefined> {
    const attempt = this.journal.begin(deed, ref);
    while (Date.now() < this.deadline) {
      const heard = await send().catch(codeOf);
      const code = typeof heard === 'string' ? heard : String(heard.status);
      const body = typeof heard === 'string' ? undefined : heard.body;
      this.journal.write({ deed, ref, heard: code, ...(body?.id && { id: body.id }) });
      if (typeof heard !== 'string' && heard.status < 300) {
        attempt.id = heard.body.id;
        return heard.body;
      }
      if (this.isFinal(attempt, code, typeof heard === 'string' ? '' : heard.text)) return undefined;
      await this.pause();
    }
    return undefined;
  }

  private isFinal(attempt: Attempt, code: string, text: string): boolean {
    if (code === '504' || NETWORK.test(code)) attempt.inDoubt = true;
    if (AGAIN.test(code) || NETWORK.test(code)) return false;
    attempt.refused = code;
    const { deed, ref } = attempt;
    // A place is never refused; what comes after it may come too late, which is a conflict.
    if (code !== '409' || deed === 'place') this.journal.unexpected.push(`${deed} ${ref}: ${code} ${text}`);
    return true;
  }

  private async read<T>(path: string, isIt: (found: T) => boolean): Promise<T | undefined> {
    const deadline = Math.min(this.deadline, Date.now() + CURIOUS_MS);
    for (; Date.now() < deadline; await pause(POLL_MS)) {
      const found = await this.client.send<T>('GET', path).catch(codeOf);
      if (typeof found === 'string') {
        if (!NETWORK.test(found)) this.journal.unexpected.push(`GET ${path}: ${found}`);
      } else if (found.status === 200) {
        if (isIt(found.body)) return found.body;
        // A payment whose order is placed is there as soon as its service has heard of it.
      } else if (found.status !== 404 && !AGAIN.test(String(found.status))) {
        this.journal.unexpected.push(`GET ${path}: ${found.status} ${found.text}`);
        return undefined;
      }
    }
    return undefined;
  }
}

/** fetch hides the network's error in the cause of its own. */
function codeOf(error: {
  readonly name: string;
  readonly message: string;
  readonly cause?: { readonly code?: string };
}): string {
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return error.name;
  return error.cause?.code ?? error.message;
}
