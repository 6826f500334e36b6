import { type OrderView } from '#contracts';
import { type Driver } from '../driver.js';
import { type Life, type Lives, settled, several } from './life.js';

/** An order that waits to be paid, as it stands. */
async function unpaid(driver: Driver): Promise<OrderView | undefined> {
  const order = await settled(driver, { lines: several(driver) });
  return order?.status === 'awaiting_payment' ? order : undefined;
}

const changed = (driver: Driver, order: OrderView) => driver.change(order, several(driver));

/** Changes it, and does something else with it at the same time. */
const changedAnd =
  (other: (driver: Driver, order: OrderView) => Promise<unknown>): Life =>
  async (driver) => {
    const order = await unpaid(driver);
    if (order) await Promise.all([changed(driver, order), other(driver, order)]);
  };

/** Orders that get other lines before they are paid. */
export const changing: Lives = [
  [
    6,
    'changes its mind, and pays',
    async (driver) => {
      let order = await unpaid(driver);
      for (let left = driver.random.between(1, 3); order && left > 0; left--)
        order = await changed(driver, order);
      if (order) await driver.pay(order.id, 'tok_visa');
    },
  ],
  [
    3,
    'changes it twice at once, and pays',
    async (driver) => {
      const order = await unpaid(driver);
      if (!order) return;
      await Promise.all([changed(driver, order), changed(driver, order)]);
      await driver.pay(order.id, 'tok_visa');
    },
  ],
  [3, 'changes it and pays at once', changedAnd((driver, { id }) => driver.pay(id, 'tok_visa'))],
  [2, 'changes it and cancels at once', changedAnd((driver, { id }) => driver.cancel(id))],
  [
    2,
    'changes it until its hold runs out',
    async (driver) => {
      for (let order = await unpaid(driver); order; order = await changed(driver, order)) {
        await driver.pause();
      }
    },
  ],
];
