import { type OrderView, type ReturnRequest } from '#contracts';
import { type Driver } from '../driver.js';
import { type Lines } from '../words.js';
import { confirmed, type Life, type Lives, type Paid, several } from './life.js';

/** One of each line, or all. */
const one = ({ lines }: OrderView): Lines => lines.map(({ sku }) => ({ sku, quantity: 1 }));
const all = ({ lines }: OrderView): Lines => lines.map(({ sku, quantity }) => ({ sku, quantity }));

function back(driver: Driver, order: OrderView, lines: Lines): Promise<unknown> {
  const request: ReturnRequest = { lines: [...lines], restock: driver.random.next() < 0.7 };
  return driver.takeBack(order.id, request);
}

/** Some of it has left. */
const shipped =
  (then: (driver: Driver, order: Paid) => Promise<unknown>, lines?: (order: OrderView) => Lines): Life =>
  async (driver) => {
    const capture = driver.random.oneOf(['automatic', 'automatic', 'manual'] as const);
    const order = await confirmed(driver, { capture, lines: several(driver) });
    if (order && (await driver.fulfil(order.id, lines?.(order)))) await then(driver, order);
  };

/** Orders of which something leaves, and comes back or never follows. */
export const returning: Lives = [
  [
    5,
    'sends some back, twice',
    shipped(async (driver, order) => {
      await back(driver, order, one(order));
      await back(driver, order, one(order));
    }),
  ],
  [3, 'sends all back', shipped((driver, order) => back(driver, order, all(order)))],
  [
    2,
    'sends all back twice at once',
    shipped((driver, order) =>
      Promise.all([back(driver, order, all(order)), back(driver, order, all(order))]),
    ),
  ],
  [
    2,
    'sends all back while money goes back for something else',
    shipped((driver, order) =>
      Promise.all([back(driver, order, all(order)), driver.refund(order.paymentId, 100)]),
    ),
  ],
  [
    4,
    'gets a parcel, does not want the rest, and sends that parcel back',
    shipped(async (driver, order) => {
      await driver.cancel(order.id);
      await back(driver, order, one(order));
    }, one),
  ],
  [
    2,
    'does not want the rest while it leaves',
    shipped((driver, order) => Promise.all([driver.cancel(order.id), driver.fulfil(order.id)]), one),
  ],
  [
    2,
    'sends a parcel back while the rest leaves',
    shipped((driver, order) => Promise.all([back(driver, order, one(order)), driver.fulfil(order.id)]), one),
  ],
];
