import { randomUUID } from 'node:crypto';
import { type OrderView, type PaymentView } from '#contracts';
import { type Placing } from '../../e2e/client.js';
import { answer } from '../../e2e/webhooks/customer.js';
import { type PathName } from './path-names.js';
import { persist, until } from './persist.js';
import { PLENTY, SCARCE, type Scene } from './scene.js';

/** Fails when the path has not ended where it should have. To be asked when nothing is under way any more. */
export type Check = () => Promise<void>;

/** One way of an order through the system, walked by a client who tries again. Whoever is killed on it comes back. */
export type Path = (scene: Scene) => Promise<Check>;

const HOLD_S = 901;
const HOLD_AND_GRACE_S = 15 * 60 + 31;
const IMPORTED_ROWS = 1_200;

const paid = { sku: PLENTY, method: 'tok_visa' };

async function place({ client }: Scene, placing: Placing): Promise<OrderView> {
  const key = randomUUID();
  const { status, text, body } = await persist(() => client.place({ wait: 2, ...placing, key }));
  if (status !== 201) throw new Error(`an order was answered with ${status}: ${text}`);
  return body;
}

async function post<T = OrderView>({ client }: Scene, path: string, body?: object): Promise<T> {
  const headers = { 'idempotency-key': randomUUID() };
  const answered = await persist<T>(() => client.send<T>('POST', path, body, headers));
  if (answered.status >= 300)
    throw new Error(`${path} was answered with ${answered.status}: ${answered.text}`);
  return answered.body;
}

const read = async <T>({ client }: Scene, path: string): Promise<T> =>
  (await persist<T>(() => client.send<T>('GET', path))).body;
const order = (scene: Scene, id: string): Promise<OrderView> => read(scene, `/v1/orders/${id}`);

const reached = (scene: Scene, id: string, status: OrderView['status']): Promise<OrderView> =>
  until(`${id} is ${status}`, async () => {
    const found = await order(scene, id);
    return found.status === status && found;
  });

/** The order, and the sum that the customer has paid in the end, of what was asked for. */
function ends(scene: Scene, id: string, status: OrderView['status'], kept: 'all' | 'none' | 'one') {
  return async () => {
    const { status: now, paymentId, total, lines } = await order(scene, id);
    const payment = paymentId ? await read<PaymentView>(scene, `/v1/payments/${paymentId}`) : undefined;
    const keeps = (payment?.capturedAmount ?? 0) - (payment?.refundedAmount ?? 0);
    const one = lines[0]?.unitPrice?.amount ?? 0;
    const owed = { all: total?.amount ?? 0, none: 0, one }[kept];
    expect({ id, status: now, keeps }).toEqual({ id, status, keeps: owed });
  };
}

const placedThen =
  (placing: Placing, status: OrderView['status']): Path =>
  async (scene) => {
    const { id } = await place(scene, placing);
    await reached(scene, id, status);
    return ends(scene, id, status, status === 'confirmed' ? 'all' : 'none');
  };

export const PATHS: Readonly<Record<PathName, Path>> = {
  happy: placedThen(paid, 'confirmed'),
  'no stock': placedThen({ sku: SCARCE, quantity: 5, method: 'tok_visa' }, 'rejected'),
  declined: placedThen({ sku: PLENTY, method: 'tok_declined' }, 'cancelled'),
  'unknown, then success': placedThen({ sku: PLENTY, method: 'tok_unknown' }, 'confirmed'),

  async cancelled(scene) {
    const { id } = await place(scene, { ...paid, capture: 'manual' });
    await reached(scene, id, 'confirmed');
    await post(scene, `/v1/orders/${id}/cancel`);
    await reached(scene, id, 'cancelled');
    return ends(scene, id, 'cancelled', 'none');
  },

  async refunded(scene) {
    const { id } = await place(scene, paid);
    await reached(scene, id, 'confirmed');
    await post(scene, `/v1/orders/${id}/cancel`);
    await reached(scene, id, 'cancelled');
    return ends(scene, id, 'cancelled', 'none');
  },

  async 'paid by webhook'(scene) {
    const { id } = await place(scene, { sku: PLENTY, method: 'tok_3ds', wait: 0 });
    const payment = await until('the step of the customer', async () => {
      const { paymentId } = await order(scene, id);
      if (!paymentId) return undefined;
      const found = await read<PaymentView>(scene, `/v1/payments/${paymentId}`);
      return found.nextAction ? found : undefined;
    });
    await answer(payment, 'approve');
    await reached(scene, id, 'confirmed');
    return ends(scene, id, 'confirmed', 'all');
  },

  async 'captured when it leaves'(scene) {
    const { id } = await place(scene, { ...paid, capture: 'manual' });
    await reached(scene, id, 'confirmed');
    await post(scene, `/v1/orders/${id}/fulfil`, {});
    return ends(scene, id, 'fulfilled', 'all');
  },

  async returned(scene) {
    const { id } = await place(scene, { ...paid, quantity: 2 });
    await reached(scene, id, 'confirmed');
    await post(scene, `/v1/orders/${id}/fulfil`, {});
    await post(scene, `/v1/orders/${id}/returns`, { lines: [{ sku: PLENTY, quantity: 1 }] });
    return ends(scene, id, 'fulfilled', 'one');
  },

  async redriven(scene) {
    const { id } = await place(scene, { sku: PLENTY });
    await reached(scene, id, 'awaiting_payment');
    await scene.forged.tell(id);
    await post(scene, `/v1/orders/${id}/cancel`);
    await scene.forged.sendBack();
    return ends(scene, id, 'cancelled', 'none');
  },

  async imported(scene) {
    const prefix = `IMPORTED-${randomUUID().slice(0, 8)}`;
    const rows = Array.from({ length: IMPORTED_ROWS }, (_, i) => `${prefix}-${i},Tea,100,EUR,${i % 7}`);
    const csv = ['sku,name,price,currency,onHand', ...rows].join('\n');
    const headers = { 'content-type': 'text/csv', 'idempotency-key': randomUUID() };
    await persist(() => scene.client.send('POST', '/v1/stock/imports', csv, headers));
    return async () => {
      const sql = 'select count(*)::int as skus, sum(on_hand)::int as units from products where sku like $1';
      const units = rows.reduce((sum, _, i) => sum + (i % 7), 0);
      expect(await scene.shop.books.rows('stock', sql, [`${prefix}-%`])).toEqual([
        { skus: rows.length, units },
      ]);
    };
  },

  /** What the order service sends to stock comes back to it, and is left to the sweeper. */
  async unroutable(scene) {
    const failures = () =>
      scene.shop.stack.of('order').logLines.filter(({ msg }) => msg.startsWith('not published'));
    const before = failures().length;
    let id = '';
    await scene.withoutWayToStock(async () => {
      ({ id } = await place(scene, { ...paid, wait: 0 }));
      await until('its command has come back', async () => failures().length > before);
    });
    await reached(scene, id, 'confirmed');
    return ends(scene, id, 'confirmed', 'all');
  },

  /** By the clock of the order service, which nobody pays in time. */
  async expired(scene) {
    const { id } = await place(scene, { sku: PLENTY });
    await reached(scene, id, 'awaiting_payment');
    await post(scene, '/v1/test/clock/advance', { seconds: HOLD_S });
    await reached(scene, id, 'cancelled');
    return ends(scene, id, 'cancelled', 'none');
  },

  /** By the clock of the stock service alone: the order service has lost the order from its sight. */
  async forgotten(scene) {
    const { id } = await place(scene, { sku: PLENTY });
    await reached(scene, id, 'awaiting_payment');
    const sql = `insert into test_clock (ahead_ms) values ($1)
      on conflict (is_only) do update set ahead_ms = test_clock.ahead_ms + $1`;
    await scene.shop.books.rows('stock', sql, [HOLD_AND_GRACE_S * 1_000]);
    await reached(scene, id, 'cancelled');
    return ends(scene, id, 'cancelled', 'none');
  },
};
