import { randomUUID } from 'node:crypto';
import { type OrderView, type PaymentView, type StockLevelView, type TimelineEntry } from '#contracts';
import { type Stack } from '#testing';

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
  readonly detail?: string;
  readonly requestId: string;
  readonly errors?: readonly { pointer: string; detail: string }[];
}

export interface OrderRequestBody {
  readonly sku: string;
  readonly quantity?: number;
  readonly method?: string;
  readonly wait?: number;
  readonly key?: string;
}

/** The HTTP API as a client would use it. */
export class Client {
  constructor(
    private readonly stack: Pick<Stack, 'url' | 'apiKey'>,
    private readonly url = stack.url,
  ) {}

  async send<T = Problem>(
    method: string,
    path: string,
    body?: unknown,
    headers: object = {},
  ): Promise<Answer<T>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.stack.apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) as T };
  }

  /** Places an order of one line; `wait` seconds for it to settle, 10 unless told. */
  place({
    sku,
    quantity = 1,
    method,
    wait = 10,
    key = randomUUID(),
  }: OrderRequestBody): Promise<Answer<OrderView>> {
    const lines = [{ sku, quantity }];
    const body = { customerId: 'cus_test', currency: 'EUR', lines, ...(method && { payment: { method } }) };
    const prefer = wait > 0 ? { prefer: `wait=${wait}` } : {};
    return this.send('POST', '/v1/orders', body, { 'idempotency-key': key, ...prefer });
  }

  async order(id: string): Promise<OrderView> {
    return (await this.send<OrderView>('GET', `/v1/orders/${id}`)).body;
  }

  async payment(id: string): Promise<PaymentView> {
    return (await this.send<PaymentView>('GET', `/v1/payments/${id}`)).body;
  }

  async timeline(id: string): Promise<TimelineEntry[]> {
    return (await this.send<{ data: TimelineEntry[] }>('GET', `/v1/orders/${id}/timeline`)).body.data;
  }

  async stock(sku: string): Promise<StockLevelView> {
    return (await this.send<StockLevelView>('GET', `/v1/stock/${sku}`)).body;
  }

  /** A product with that many on hand. */
  async stocked(sku: string, quantity: number, amount = 1999): Promise<void> {
    const product = { name: `Product ${sku}`, price: { amount, currency: 'EUR' } };
    const put = await this.send('PUT', `/v1/products/${sku}`, product);
    const adjustment = { delta: quantity, reason: 'received' };
    const path = `/v1/stock/${sku}/adjustments`;
    const adjusted = await this.send('POST', path, adjustment, { 'idempotency-key': randomUUID() });
    if (put.status >= 300 || adjusted.status >= 300) throw new Error(`${put.text} ${adjusted.text}`);
  }

  /** Asks again until the order stands as expected; the wait has a deadline. */
  async until(id: string, statuses: readonly OrderView['status'][], timeoutMs = 30_000): Promise<OrderView> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const order = await this.order(id);
      if (statuses.includes(order.status)) return order;
      if (Date.now() > deadline) throw new Error(`${id} is still ${order.status} after ${timeoutMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
