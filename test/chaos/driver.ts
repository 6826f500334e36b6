import { setTimeout as pause } from 'node:timers/promises';
import {
  type OrderTimeline,
  type OrderView,
  type PaymentView,
  type RefundView,
  type ReturnRequest,
  type ReturnView,
  type StockLevelView,
  type TransferRequest,
} from '#contracts';
import { type Answer, type Client, type Placing } from '../e2e/client.js';
import { answer as answerStep } from '../e2e/webhooks/customer.js';
import { type Attempt, type Deed, type Journal } from './journal.js';
import { type Random } from './random.js';
import { type Outcome, ofCapture, ofChange, ofVoid } from './told.js';
import { type Lines, movesOf, wordsOf } from './words.js';

/** A client that is told 503 waits, as it is asked to. */
const PAUSE_MS = [100, 400] as const;
const POLL_MS = 150;
/** Then a customer does not look at an order again. */
const CURIOUS_MS = 20_000;
/** Answers after which the same request is sent again with the same key. */
const AGAIN = /^(?:429|503|504)$/;
/** What a network says of a connection that did not hold. */
const NETWORK = /^(?:ECONN\w+|UND_ERR_\w+|EPIPE|ETIMEDOUT|TimeoutError|AbortError)$/;

/** What may be answered to what comes too late: of other deeds a conflict. A place or a delivery never does. */
const TOO_LATE: Readonly<Partial<Record<Deed, RegExp>>> = {
  place: /^$/,
  receive: /^$/,
  change: /^(?:409|412)$/,
};
const CONFLICT = /^409$/;

interface Request<T> {
  readonly deed: Deed;
  readonly ref: string;
  readonly send: () => Promise<Answer<T>>;
  /** Undefined as long as an answer leaves open what comes of it. */
  readonly told: (answer: Answer<T>) => Outcome | undefined;
  /** Reads what came of it then. */
  readonly look?: () => Promise<Outcome | undefined>;
}

const idOf = ({ body: { id } }: Answer<{ readonly id: string }>): Outcome => ({ id });
const levelOf = ({ body: { sku, version } }: Answer<StockLevelView>): Outcome => ({
  id: `${sku}@${version}`,
});

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
  place(key: string, placing: Placing): Promise<OrderView | undefined> {
    const order = { wait: 2, ...placing, key, metadata: { ref: key } };
    const { sku = '', quantity = 1, lines = [{ sku, quantity }] } = placing;
    const ref = `${key} ${wordsOf(lines)}`;
    return this.ask({ deed: 'place', ref, send: () => this.client.place(order), told: idOf });
  }

  pay(orderId: string, method: string): Promise<PaymentView | undefined> {
    const ref = this.newRef('pay');
    const send = () => this.client.pay(orderId, method, { wait: 2, key: ref });
    return this.ask({ deed: 'pay', ref, send, told: idOf });
  }

  cancel(orderId: string): Promise<OrderView | undefined> {
    const send = () => this.client.send<OrderView>('POST', `/v1/orders/${orderId}/cancel`);
    return this.ask({ deed: 'cancel', ref: orderId, send, told: idOf });
  }

  /** All that is left of it, or these lines. */
  fulfil(orderId: string, lines?: Lines): Promise<OrderView | undefined> {
    const key = this.newRef('shp');
    const ref = `${key} ${orderId} ${lines ? wordsOf(lines) : 'all'}`;
    const body = { trackingNumber: key, ...(lines && { lines }) };
    const send = () => this.post<OrderView>(`/v1/orders/${orderId}/fulfil`, body, key);
    return this.ask({ deed: 'fulfil', ref, send, told: idOf });
  }

  refund(paymentId: string, amount: number): Promise<RefundView | undefined> {
    const key = this.newRef('ref');
    const ref = `${key} ${paymentId} ${amount}`;
    const body = { amount: { amount, currency: 'EUR' }, reason: key };
    const send = () => this.post<RefundView>(`/v1/payments/${paymentId}/refunds`, body, key);
    return this.ask({ deed: 'refund', ref, send, told: idOf });
  }

  /** Other lines, if the order stands as it was read. 202 does not say yet what the stock has decided. */
  async change({ id, version: read }: OrderView, lines: Lines): Promise<OrderView | undefined> {
    const asked = wordsOf(lines);
    const headers = { 'if-match': `"${read}"`, prefer: 'wait=2' };
    const send = () => this.client.send<OrderView>('PUT', `/v1/orders/${id}/lines`, { lines }, headers);
    const told = ({ status, body: { version, lines: held } }: Answer<OrderView>) =>
      status === 200 ? { id: `${version} ${wordsOf(held)}` } : undefined;
    const look = () =>
      this.outcome<OrderTimeline>(`/v1/orders/${id}/timeline`, ({ data }) => ofChange(data, { read, asked }));
    const order = await this.ask({ deed: 'change', ref: `${id}@${read} ${asked}`, send, told, look });
    // The answer that left it open has the order as it was before.
    return order?.version === read + 1 ? this.order(id) : order;
  }

  /** It is "authorized" until the provider has said what became of it. */
  capture(paymentId: string, amount: number): Promise<PaymentView | undefined> {
    const ref = `${paymentId} ${amount}`;
    const body = { amount: { amount, currency: 'EUR' } };
    const send = () => this.post<PaymentView>(`/v1/payments/${paymentId}/capture`, body);
    return this.ask({ deed: 'capture', ref, send, ...this.moving(paymentId, ofCapture) });
  }

  void(paymentId: string): Promise<PaymentView | undefined> {
    const send = () => this.post<PaymentView>(`/v1/payments/${paymentId}/void`);
    return this.ask({ deed: 'void', ref: paymentId, send, ...this.moving(paymentId, ofVoid) });
  }

  takeBack(orderId: string, request: ReturnRequest): Promise<ReturnView | undefined> {
    const key = this.newRef('ret');
    const whereTo = request.restock === false ? 'away' : 'back';
    const ref = `${key} ${orderId} ${wordsOf(request.lines)} ${whereTo}`;
    const send = () =>
      this.post<ReturnView>(`/v1/orders/${orderId}/returns`, { ...request, reason: key }, key);
    return this.ask({ deed: 'return', ref, send, told: idOf });
  }

  receive(sku: string, location: string, delta: number): Promise<StockLevelView | undefined> {
    const key = this.newRef('rcv');
    const ref = `${key} ${movesOf(sku, { [location]: delta })}`;
    const body = { delta, reason: 'received', location };
    const send = () => this.post<StockLevelView>(`/v1/stock/${sku}/adjustments`, body, key);
    return this.ask({ deed: 'receive', ref, send, told: levelOf });
  }

  transfer(sku: string, transfer: TransferRequest): Promise<StockLevelView | undefined> {
    const key = this.newRef('trf');
    const { from, to, quantity } = transfer;
    const ref = `${key} ${movesOf(sku, { [from]: -quantity, [to]: quantity })}`;
    const send = () => this.post<StockLevelView>(`/v1/stock/${sku}/transfers`, transfer, key);
    return this.ask({ deed: 'transfer', ref, send, told: levelOf });
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

  private post<T>(path: string, body?: object, key?: string): Promise<Answer<T>> {
    const headers = { ...(key !== undefined && { 'idempotency-key': key }), prefer: 'wait=2' };
    return this.client.send<T>('POST', path, body, headers);
  }

  private moving(
    paymentId: string,
    outcomeOf: (payment: PaymentView) => Outcome | undefined,
  ): Pick<Request<PaymentView>, 'told' | 'look'> {
    return {
      told: ({ body }) => outcomeOf(body),
      look: () => this.outcome(`/v1/payments/${paymentId}`, outcomeOf),
    };
  }

  private async ask<T>(request: Request<T>): Promise<T | undefined> {
    const { deed, ref, send } = request;
    const attempt = this.journal.begin(deed, ref);
    for (; Date.now() < this.deadline; await this.pause()) {
      const heard = await send().catch(codeOf);
      const isAnswer = typeof heard !== 'string';
      const code = isAnswer ? String(heard.status) : heard;
      this.journal.write({ deed, ref, heard: code });
      if (isAnswer && heard.status < 300) return this.accepted(attempt, heard, request);
      if (this.isFinal(attempt, code, isAnswer ? heard.text : '')) return undefined;
    }
    return undefined;
  }

  /** It is not asked for again: that might do what was forgotten the first time. */
  private async accepted<T>(
    attempt: Attempt,
    answer: Answer<T>,
    { deed, ref, told, look }: Request<T>,
  ): Promise<T | undefined> {
    const outcome = told(answer) ?? (await look?.()) ?? { promised: true };
    this.journal.write({ deed, ref, ...outcome });
    Object.assign(attempt, outcome);
    return 'id' in outcome ? answer.body : undefined;
  }

  private isFinal(attempt: Attempt, code: string, text: string): boolean {
    if (code === '504' || NETWORK.test(code)) attempt.inDoubt = true;
    if (AGAIN.test(code) || NETWORK.test(code)) return false;
    attempt.refused = code;
    const { deed, ref } = attempt;
    if (!(TOO_LATE[deed] ?? CONFLICT).test(code))
      this.journal.unexpected.push(`${deed} ${ref}: ${code} ${text}`);
    return true;
  }

  private async outcome<T>(
    path: string,
    outcomeOf: (found: T) => Outcome | undefined,
  ): Promise<Outcome | undefined> {
    const found = await this.read<T>(path, (one) => outcomeOf(one) !== undefined, this.deadline);
    return found && outcomeOf(found);
  }

  private async read<T>(
    path: string,
    isIt: (found: T) => boolean,
    until = Date.now() + CURIOUS_MS,
  ): Promise<T | undefined> {
    const deadline = Math.min(this.deadline, until);
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
