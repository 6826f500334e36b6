import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type OrderRequest,
  type OrderView,
  type PaymentView,
  type StockLevelView,
  type TimelineEntry,
} from '#contracts';
import { type ApiDocument } from './api-document.js';

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: T;
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly requestId: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/** An order of one line, or of `lines`. */
export interface Placing extends Partial<OrderRequest> {
  readonly sku?: string;
  readonly quantity?: number;
  readonly method?: string;
  readonly capture?: 'automatic' | 'manual';
  /** Seconds to wait for it to settle; 10 unless told. */
  readonly wait?: number;
  readonly key?: string;
}

export interface ClientOptions {
  readonly url: string;
  readonly apiKey: string;
  /** Every answer must be one that it promises. */
  readonly document?: ApiDocument;
  /** Breaks off whatever is being asked. */
  readonly hangUp?: AbortSignal;
}

const TIMEOUT_MS = 60_000;
const POLL_MS = 50;

/** The HTTP API as a client would use it. */
export class Client {
  constructor(readonly options: ClientOptions) {}

  async send<T = Problem>(
    method: string,
    path: string,
    body?: unknown,
    headers: object = {},
  ): Promise<Answer<T>> {
    const { url, apiKey, document, hangUp } = this.options;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(hangUp ? [hangUp] : [])]),
    });
    const text = await response.text();
    const answer = { status: response.status, headers: response.headers, text, body: parsed(text) as T };
    const fault = document?.faultOf(method, path, answer);
    if (fault) throw new Error(`${method} ${path} was not answered as documented: ${fault}: ${text}`);
    return answer;
  }

  place(placing: Placing): Promise<Answer<OrderView>> {
    const { sku, quantity = 1, method, capture, wait = 10, key = randomUUID(), ...request } = placing;
    const body = {
      customerId: 'cus_test',
      currency: 'EUR',
      ...(sku !== undefined && { lines: [{ sku, quantity }] }),
      ...(method !== undefined && { payment: { method, ...(capture && { capture }) } }),
      ...request,
    };
    return this.send('POST', '/v1/orders', body, { 'idempotency-key': key, ...preferring(wait) });
  }

  pay(
    orderId: string,
    method: string,
    { wait = 10, key = randomUUID() }: Pick<Placing, 'wait' | 'key'> = {},
  ): Promise<Answer<PaymentView>> {
    const headers = { 'idempotency-key': key, prefer: `wait=${wait}` };
    return this.send('POST', '/v1/payments', { orderId, method }, headers);
  }

  /** Pays, again while another payment is under way or nothing has happened (503), and waits for the provider's word. */
  async paid(orderId: string, method: string, timeoutMs = 30_000): Promise<PaymentView> {
    for (const deadline = Date.now() + timeoutMs; ; await pause(POLL_MS)) {
      const { status, text, body } = await this.pay(orderId, method);
      if (status === 201) return this.untilPaid(body.id);
      const isOver = status !== 503 && !text.includes('/problems/payment-in-progress');
      if (isOver || Date.now() > deadline) throw new Error(text);
    }
  }

  async order(id: string): Promise<OrderView> {
    return this.read(`/v1/orders/${id}`);
  }

  async payment(id: string): Promise<PaymentView> {
    return this.read(`/v1/payments/${id}`);
  }

  async timeline(id: string): Promise<TimelineEntry[]> {
    return (await this.read<{ data: TimelineEntry[] }>(`/v1/orders/${id}/timeline`)).data;
  }

  async stock(sku: string): Promise<StockLevelView> {
    return this.read(`/v1/stock/${sku}`);
  }

  /** A product with that many on hand. */
  async stocked(sku: string, quantity: number, product: object = {}): Promise<void> {
    const price = { amount: 1999, currency: 'EUR' };
    const put = await this.send('PUT', `/v1/products/${sku}`, { name: `Product ${sku}`, price, ...product });
    const adjustment = { delta: quantity, reason: 'received' };
    const path = `/v1/stock/${sku}/adjustments`;
    const adjusted = await this.send('POST', path, adjustment, { 'idempotency-key': randomUUID() });
    if (put.status !== 201 || adjusted.status !== 201) throw new Error(`${put.text} ${adjusted.text}`);
  }

  /** Asks again until the order stands as expected; the wait has a deadline. */
  until(id: string, wanted: OrderView['status'], timeoutMs = 30_000): Promise<OrderView> {
    return this.askUntil<OrderView>(`/v1/orders/${id}`, ({ status }) => status === wanted, timeoutMs);
  }

  /** Asks again until the provider's word is there: the answer to `pay` may have come without it. */
  untilPaid(id: string, timeoutMs = 30_000): Promise<PaymentView> {
    const isKnown = ({ status }: PaymentView) => status !== 'requested' && status !== 'unknown';
    return this.askUntil(`/v1/payments/${id}`, isKnown, timeoutMs);
  }

  /** Who is told to try again (503) does. */
  private async askUntil<T>(path: string, holds: (body: T) => boolean, timeoutMs: number): Promise<T> {
    for (const deadline = Date.now() + timeoutMs; ; await pause(POLL_MS)) {
      const { status, text, body } = await this.send<T>('GET', path);
      if (status === 200 && holds(body)) return body;
      if (Date.now() > deadline) throw new Error(`GET ${path} after ${timeoutMs} ms: ${status} ${text}`);
    }
  }

  async read<T>(path: string): Promise<T> {
    const { status, text, body } = await this.send<T>('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    return body;
  }
}

const preferring = (wait: number): object => (wait > 0 ? { prefer: `wait=${wait}` } : {});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
