import { type Driver } from '../driver.js';
import { confirmed, type Life, type Lives, type Paid, placed, several } from './life.js';

type Act = (driver: Driver, order: Paid) => Promise<unknown>;

/** With some the provider leaves open what has become of it. */
const METHODS = ['tok_visa', 'tok_visa', 'tok_visa', 'tok_unknown', 'tok_error_once'];

/** All of these at the same time, with an order whose payment is authorized. */
const atOnce =
  (...acts: readonly Act[]): Life =>
  async (driver) => {
    const method = driver.random.oneOf(METHODS);
    const order = await confirmed(driver, { capture: 'manual', method, lines: several(driver) });
    if (order) await Promise.all(acts.map((act) => act(driver, order)));
  };

/** Somewhat less than all of it. */
const charge: Act = (driver, { paymentId, total }) =>
  driver.capture(paymentId, driver.random.between(1, total?.amount ?? 1));
const letGo: Act = (driver, { paymentId }) => driver.void(paymentId);
const ship: Act = (driver, { id }) => driver.fulfil(id);
const chargeAndShip: Act = async (driver, order) => {
  await charge(driver, order);
  await ship(driver, order);
};
const cancel: Act = (driver, { id }) => driver.cancel(id);

/** Orders whose payment is taken, or let go, by hand. */
export const capturing: Lives = [
  [5, 'is charged for a part, and gets the goods', atOnce(chargeAndShip)],
  [3, 'is charged while the goods leave', atOnce(charge, ship)],
  [2, 'is charged by two who disagree', atOnce(charge, charge)],
  [2, 'is charged and cancels at once', atOnce(charge, cancel)],
  [2, 'is let go', atOnce(letGo)],
  [2, 'is let go while the goods leave', atOnce(letGo, ship)],
  [2, 'is let go and charged at once', atOnce(letGo, charge)],
  [2, 'is asked, approves, and is charged for a part or let go', asked],
];

async function asked(driver: Driver): Promise<void> {
  const order = await placed(driver, { method: 'tok_3ds', capture: 'manual' });
  if (!order?.paymentId) return;
  const payment = await driver.payment(order.paymentId, 'requested', 'unknown');
  if (payment?.status !== 'requires_action') return;
  await driver.decide(payment, 'approve');
  const { id, amount } = payment;
  const known = await driver.payment(id, 'requested', 'unknown', 'requires_action');
  if (known?.status !== 'authorized') return;
  // Its order need not have heard of it yet.
  if (driver.random.next() < 0.5) await driver.capture(id, driver.random.between(1, amount.amount));
  else await driver.void(id);
}
