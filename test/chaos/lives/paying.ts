import { type Driver } from '../driver.js';
import { HOT } from '../shelves.js';
import { confirmed, type Life, type Lives, placed, some } from './life.js';

const paidWith =
  (method: string): Life =>
  (driver) =>
    placed(driver, { method });

async function asked(driver: Driver, how: 'approve' | 'decline' | 'neither'): Promise<void> {
  const order = await placed(driver, { method: 'tok_3ds', wait: 2 });
  if (!order?.paymentId || how === 'neither') return;
  const payment = await driver.payment(order.paymentId, 'requested', 'unknown');
  if (payment?.status === 'requires_action') await driver.decide(payment, how);
}

/** Orders that are as they were placed, with all that can become of their payment. */
export const paying: Lives = [
  [24, 'pays and waits', paidWith('tok_visa')],
  [10, 'pays and does not wait', (driver) => placed(driver, { method: 'tok_visa', wait: 0 })],
  [8, 'wants what few can have', (driver) => placed(driver, { method: 'tok_visa', sku: HOT, quantity: 1 })],
  [
    8,
    'pays later',
    async (driver) => {
      const order = await placed(driver, {});
      if (order) await driver.pay(order.id, 'tok_visa');
    },
  ],
  [
    3,
    'pays later, the second time with a card that works',
    async (driver) => {
      const order = await placed(driver, {});
      const declined = order && (await driver.pay(order.id, 'tok_declined'));
      if (declined) await driver.payment(declined.id, 'requested', 'unknown');
      if (order) await driver.pay(order.id, 'tok_visa');
    },
  ],
  [3, 'never pays', (driver) => placed(driver, {})],
  [
    6,
    'cancels at once',
    async (driver) => {
      const order = await placed(driver, { method: 'tok_visa', wait: 0 });
      if (order) await driver.cancel(order.id);
    },
  ],
  [
    5,
    'cancels what is paid',
    async (driver) => {
      const order = await confirmed(driver);
      if (order) await driver.cancel(order.id);
    },
  ],
  [
    6,
    'gets the goods before they are paid for',
    async (driver) => {
      const order = await confirmed(driver, { capture: 'manual' });
      if (order) await driver.fulfil(order.id);
    },
  ],
  [
    4,
    'gets the goods',
    async (driver) => {
      const order = await confirmed(driver);
      if (order) await driver.fulfil(order.id);
    },
  ],
  [
    6,
    'gets some money back, twice',
    async (driver) => {
      const order = await confirmed(driver);
      if (!order) return;
      await driver.refund(order.paymentId, 100);
      await driver.refund(order.paymentId, 250);
    },
  ],
  [4, 'is declined', paidWith('tok_declined')],
  [4, 'pays with a card of which nobody says what became', paidWith('tok_unknown')],
  [3, 'pays with a card that fails once', paidWith('tok_error_once')],
  [4, 'is asked, and approves', (driver) => asked(driver, 'approve')],
  [2, 'is asked, and declines', (driver) => asked(driver, 'decline')],
  [1, 'is asked, and says nothing', (driver) => asked(driver, 'neither')],
  [
    3,
    'sends the same twice at once',
    async (driver) => {
      const [ref, order] = [driver.newRef('ord'), { ...some(driver), method: 'tok_visa' }];
      await Promise.all([driver.place(ref, order), driver.place(ref, order)]);
    },
  ],
];
