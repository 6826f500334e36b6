import { newId, type StockReserved, send, stockReserved } from '#contracts';
import { Loop } from '#loop';
import { bundle, type Notice, type Outcome } from '#messaging';
import { type Database, OutboxRelay } from '#persistence';
import { orderRules } from '../src/decide.js';
import { type OrderMessage } from '../src/messages.js';
import { OrderHandlers } from '../src/order.handlers.js';
import { type OrderState, type Step } from '../src/order.js';
import { loadOrders, saveOrders } from '../src/order.store.js';

/** One process of the order service, without broker and Nest: what it sends ends in `sent`, its notices in `notices`. */
export class Replica {
  readonly sent: string[] = [];
  readonly notices: Notice[] = [];
  readonly loop: Loop<OrderState, Step, OrderMessage>;
  readonly handlers: OrderHandlers;

  constructor(database: Database, sagaTimeoutMs = 300_000) {
    const relay = new OutboxRelay({
      database,
      publish: async ({ body }) => {
        for (const { type, data } of JSON.parse(body)) this.sent.push(`${type} ${data.orderId}`);
      },
    });
    this.loop = new Loop({
      rules: orderRules({ sagaTimeoutMs }),
      store: { load: loadOrders, save: saveOrders },
      database,
      relay,
      bundle,
      notify: (notices) => this.notices.push(...notices),
    });
    this.handlers = new OrderHandlers(this.loop, database);
  }
}

export function message(type: OrderMessage['type'], data: object): OrderMessage {
  const trace = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, requestId: 'req_1' };
  const envelope = {
    id: `${newId('msg')}.0`,
    causationId: null,
    source: 'test',
    trace,
    attempt: 1,
    replyTo: 'gateway',
  };
  return { ...envelope, type, data } as OrderMessage;
}

export interface Placed {
  readonly orderId: string;
  readonly paymentId: string;
  readonly placement: Extract<OrderMessage, { type: 'order.place.v1' }>;
}

/** A placement of two TEA at 250, paid by card unless told otherwise. */
export function placement(
  change: { key?: string; fingerprint?: string; paid?: boolean; customerId?: string; sku?: string } = {},
): Placed {
  const {
    key = crypto.randomUUID(),
    fingerprint = '00000000-0000-4000-8000-000000000001',
    paid = true,
  } = change;
  const orderId = newId('ord');
  const paymentId = newId('pay');
  const request = {
    customerId: change.customerId ?? 'cus_1',
    currency: 'EUR',
    lines: [{ sku: change.sku ?? 'TEA', quantity: 2 }],
    ...(paid && { payment: { method: 'tok_visa' } }),
    metadata: { channel: 'web' },
  };
  const data = { orderId, paymentId, idempotency: { key, fingerprint }, request, notify: true };
  return { orderId, paymentId, placement: message('order.place.v1', data) as Placed['placement'] };
}

export function reserved(orderId: string, holdMs = 900_000): OrderMessage {
  const data: StockReserved = {
    orderId,
    lines: [{ sku: 'TEA', name: 'Sencha', quantity: 2, unitPrice: { amount: 250, currency: 'EUR' } }],
    expiresAt: new Date(Date.now() + holdMs).toISOString(),
  };
  return message(send(stockReserved, data).contract.name as 'stock.reserved.v1', data);
}

export const captured = ({ orderId, paymentId }: Placed): OrderMessage =>
  message('payment.captured.v1', { orderId, paymentId, amount: { amount: 500, currency: 'EUR' } });

/** As a client does who is told that there was no connection or no lock in time: with the same key, again. */
export async function answerOf(
  replica: Replica,
  { placement: placing }: Placed,
): Promise<Outcome | undefined> {
  for (;;) {
    const [outcome] = await replica.handlers.place([placing]);
    if (!(outcome && 'failed' in outcome && String(outcome.failed).includes('timeout'))) return outcome;
  }
}
