import { type OrderView } from '#contracts';
import { type Driver } from './driver.js';

/** Many of these, and few of that: who comes late gets none. */
const SKUS = ['A', 'B', 'C', 'D'];
const HOT = 'HOT';
export const SHELVES: Readonly<Record<string, number>> = {
  A: 100_000,
  B: 100_000,
  C: 100_000,
  D: 100_000,
  [HOT]: 60,
};

/** What becomes of one order, from its placing to where its customer loses interest. */
type Life = (driver: Driver) => Promise<unknown>;

const some = (driver: Driver) => ({ sku: driver.random.oneOf(SKUS), quantity: driver.random.between(1, 3) });
const placed = (driver: Driver, placing: Parameters<Driver['place']>[1]): Promise<OrderView | undefined> =>
  driver.place(driver.newRef('ord'), { ...some(driver), ...placing });
const paidWith =
  (method: string): Life =>
  (driver) =>
    placed(driver, { method });

/** The order once its saga has ended; it may have ended otherwise than it was meant to. */
async function confirmed(driver: Driver, placing: Parameters<Driver['place']>[1] = {}) {
  const order = await placed(driver, { method: 'tok_visa', ...placing });
  return order && driver.order(order.id, 'pending');
}

async function asked(driver: Driver, how: 'approve' | 'decline' | 'neither'): Promise<void> {
  const order = await placed(driver, { method: 'tok_3ds', wait: 2 });
  if (!order?.paymentId || how === 'neither') return;
  const payment = await driver.payment(order.paymentId, 'requested', 'unknown');
  if (payment?.status === 'requires_action') await driver.decide(payment, how);
}

/** How often each of them, out of all. */
export const LIVES: readonly (readonly [weight: number, name: string, life: Life])[] = [
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
      if (order?.status === 'confirmed') await driver.fulfil(order.id);
    },
  ],
  [
    4,
    'gets the goods',
    async (driver) => {
      const order = await confirmed(driver);
      if (order?.status === 'confirmed') await driver.fulfil(order.id);
    },
  ],
  [
    6,
    'gets some money back, twice',
    async (driver) => {
      const order = await confirmed(driver);
      if (order?.status !== 'confirmed' || !order.paymentId) return;
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

const TOTAL = LIVES.reduce((sum, [weight]) => sum + weight, 0);

export function anyLife({ random }: Driver): Life {
  let left = random.next() * TOTAL;
  for (const [weight, , life] of LIVES) {
    left -= weight;
    if (left < 0) return life;
  }
  throw new Error('the weights of the lives have another sum');
}
