import { type OrderLineRequest, type OrderView } from '#contracts';
import { type Driver } from '../driver.js';
import { COMMON, HOT, SPREAD } from '../shelves.js';

/** What becomes of one order, from its placing to where its customer loses interest. */
export type Life = (driver: Driver) => Promise<unknown>;

/** How often a life is led, compared with others. */
export type Lives = readonly (readonly [weight: number, name: string, life: Life])[];

/** An order with a payment. */
export type Paid = OrderView & { readonly paymentId: string };

export type Placing = Parameters<Driver['place']>[1];

export const some = ({ random }: Driver): OrderLineRequest => ({
  sku: random.oneOf(COMMON),
  quantity: random.between(1, 3),
});

const spread = ({ random }: Driver): OrderLineRequest => ({ sku: SPREAD, quantity: random.between(2, 30) });

/** One to three lines, some of goods of which there are few. */
export function several(driver: Driver): OrderLineRequest[] {
  const { random } = driver;
  const lines = [
    some(driver),
    ...(random.next() < 0.5 ? [spread(driver)] : []),
    ...(random.next() < 0.1 ? [{ sku: HOT, quantity: 1 }] : []),
  ];
  return random.next() < 0.3 ? lines.slice(-1) : lines;
}

export const placed = (driver: Driver, placing: Placing): Promise<OrderView | undefined> =>
  driver.place(driver.newRef('ord'), { ...(placing.lines ? {} : some(driver)), ...placing });

/** The order once its saga has ended; it may have ended otherwise than it was meant to. */
export async function settled(driver: Driver, placing: Placing): Promise<OrderView | undefined> {
  const order = await placed(driver, placing);
  return order && driver.order(order.id, 'pending');
}

/** Undefined unless it got there. */
export async function confirmed(driver: Driver, placing: Placing = {}): Promise<Paid | undefined> {
  const order = await settled(driver, { method: 'tok_visa', ...placing });
  if (order?.status !== 'confirmed' || !order.paymentId) return undefined;
  return { ...order, paymentId: order.paymentId };
}
