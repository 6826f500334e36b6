import { type OrderFulfilment, type Shipment } from '#contracts';
import { fulfil } from './fulfil.js';
import { type OrderMessage } from './messages.js';
import { type Order, type OrderState } from './order.js';

const ORDER = 'ord_00000000000000000000000001';
const NOW = new Date('2026-01-01T00:00:00.000Z');

const confirmed: Order = {
  kind: 'order',
  id: ORDER,
  version: 3,
  phase: 'confirmed',
  customerId: 'cus_1',
  currency: 'EUR',
  lines: [
    { sku: 'TEA', quantity: 3, name: 'Sencha', unitAmount: 100 },
    { sku: 'CUP', quantity: 1, name: 'Cup', unitAmount: 50 },
  ],
  totalAmount: 350,
  expectedTotal: null,
  metadata: {},
  payment: { id: 'pay_00000000000000000000000001', method: 'tok_visa', capture: 'automatic' },
  moneyReturned: false,
  reason: null,
  expiresAt: null,
  deadlineAt: null,
  waiter: null,
  createdAt: NOW.toISOString(),
  updatedAt: NOW.toISOString(),
};

interface Asked {
  readonly key?: string;
  readonly fingerprint?: string;
  readonly expectedVersion?: number;
}

class Warehouse {
  readonly state: Map<string, OrderState>;
  readonly sent: string[] = [];

  constructor(order = confirmed) {
    this.state = new Map([[ORDER, order]]);
  }

  ship(
    shipment: Shipment,
    { key = crypto.randomUUID(), fingerprint = 'f', ...more }: Asked = {},
  ): OrderFulfilment {
    const data = { orderId: ORDER, idempotency: { key, fingerprint }, shipment, ...more };
    const trace = { traceparent: '', requestId: 'req_1' };
    const envelope = {
      id: 'msg_1.0',
      causationId: null,
      source: 'gateway',
      trace,
      attempt: 1,
      replyTo: null,
    };
    const told = { ...envelope, type: 'order.fulfil.v1', data } as Extract<
      OrderMessage,
      { type: 'order.fulfil.v1' }
    >;
    const decision = fulfil(this.state, told, NOW);
    for (const [id, next] of decision.put ?? []) this.state.set(id, next);
    this.sent.push(...(decision.send ?? []).map(({ contract }) => contract.name));
    return decision.answer as OrderFulfilment;
  }
}

const left = ({ order }: OrderFulfilment) => order.lines.map(({ fulfilledQuantity }) => fulfilledQuantity);
const of = (sku: string, quantity: number): Shipment => ({ lines: [{ sku, quantity }] });

it('is fulfilled at once when everything leaves', () => {
  const warehouse = new Warehouse();
  const answer = warehouse.ship({ carrier: 'Post', trackingNumber: 'LX 1' });
  expect([answer.order.status, left(answer), answer.order.version]).toEqual(['fulfilled', [3, 1], 4]);
  expect(warehouse.sent).toEqual(['order.fulfilled.v1']);
});

it('stays confirmed until the last line has left', () => {
  const warehouse = new Warehouse();
  expect(left(warehouse.ship(of('TEA', 2)))).toEqual([2, 0]);
  expect(warehouse.ship(of('CUP', 1)).order.status).toBe('confirmed');
  expect(warehouse.sent).toEqual([]);
  const last = warehouse.ship({});
  expect([last.order.status, left(last)]).toEqual(['fulfilled', [3, 1]]);
});

it('takes the money that is only authorized when the first of it leaves, once', () => {
  const payment = { id: 'pay_00000000000000000000000001', method: 'tok_visa', capture: 'manual' as const };
  const warehouse = new Warehouse({ ...confirmed, payment });
  warehouse.ship(of('TEA', 2));
  expect(warehouse.sent).toEqual(['payment.collect.v1']);
  warehouse.ship({});
  expect(warehouse.sent).toEqual(['payment.collect.v1', 'order.fulfilled.v1']);
});

it('ships once for a key, and gives the very answer again, whatever has left since', () => {
  const warehouse = new Warehouse();
  const first = warehouse.ship(of('TEA', 1), { key: 'k' });
  warehouse.ship(of('TEA', 1));
  expect(warehouse.ship(of('TEA', 1), { key: 'k' })).toEqual({ ...first, replayed: true });
  expect(left(warehouse.ship(of('CUP', 1)))).toEqual([2, 1]);
  expect(() => warehouse.ship(of('TEA', 1), { key: 'k', fingerprint: 'other' })).toThrow(
    'idempotency-key-reused',
  );
});

it.each([
  ['more than is left', of('TEA', 4), confirmed],
  ['what was not ordered', of('POT', 1), confirmed],
  ['an order that is not paid', {}, { ...confirmed, phase: 'awaiting_payment' as const }],
  ['an order that is cancelled', {}, { ...confirmed, phase: 'cancelled' as const }],
])('refuses to ship %s, and nothing leaves', (_, shipment, order) => {
  const warehouse = new Warehouse(order);
  expect(() => warehouse.ship(shipment)).toThrow('order-not-fulfillable');
  expect(warehouse.state.get(ORDER)).toBe(order);
});

it('refuses an order that has changed since the client read it', () => {
  expect(() => new Warehouse().ship({}, { expectedVersion: 2 })).toThrow('version-mismatch');
});
