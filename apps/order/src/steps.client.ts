import { type OrderSteps, stepsOf } from '#contracts';
import { type Appended } from '#loop';
import { type Watchers } from '#messaging';
import { type Step } from './order.js';
import { entryOf } from './timeline.js';

/** Tells whoever watches an order of the steps it took. Orders that nobody watches cost a look at an empty list. */
export function tellSteps(
  watchers: Pick<Watchers, 'isIdle' | 'has' | 'tell'>,
  appended: readonly Appended<Step>[],
): void {
  if (watchers.isIdle) return;
  for (const { row, cause } of appended) {
    const name = stepsOf(row.orderId);
    if (watchers.has(name)) watchers.tell(name, { steps: [entryOf(row, cause)] } satisfies OrderSteps);
  }
}
