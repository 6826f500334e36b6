import { type Result } from './run.js';

/** A history for people: when, what kind of thing, and what. */
export function timelineOf({ history, broken, world }: Result): string {
  const { plan } = world;
  const orders = plan.orders.map(({ lines, payment }, i) => {
    const what = lines.map(({ sku, quantity }) => `${quantity} ${sku}`).join(' and ');
    return `order ${i + 1}: ${what}, ${payment ? `paid by ${payment.method} (${payment.capture})` : 'paid later'}`;
  });
  const stock = Object.entries(plan.onHand).map(([sku, quantity]) => `${quantity} ${sku}`);
  const steps = history.map(({ at, kind, name }) => `  ${at}  ${kind.padEnd(18)}  ${name}`);
  return [
    `There are ${stock.join(' and ')}, and ${plan.replicas} of each service. ${orders.join('; ')}.`,
    ...steps,
    broken.length > 0
      ? '  then everything is healed, and'
      : '  then everything is healed, and all promises are kept',
    ...broken.slice(0, 10).map((words) => `  BROKEN  ${words}`),
  ].join('\n');
}
