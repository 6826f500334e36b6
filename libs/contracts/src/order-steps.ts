import { type TimelineEntry } from './order.js';

/** The notice that tells of the steps of one order, to those who watch it. */
export const stepsOf = (orderId: string): string => `steps:${orderId}`;

/** Steps that were just saved. Without any: from now on there will be word, and what came before has to be read. */
export interface OrderSteps {
  readonly steps?: readonly TimelineEntry[];
}
