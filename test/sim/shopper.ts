import { type Rpc } from '#contracts';
import { type PlannedOrder } from './plan.js';

/** Something a client asks for, perhaps several times, and what it was told. */
export interface Request {
  readonly name: string;
  readonly contract: Rpc;
  /** Of this try: ids that the gateway makes are new each time, the idempotency key is the same. */
  readonly data: (attempt: number) => object;
  tries: number;
  /** What must be the same in every answer. */
  answer?: string;
}

/** A client with one order, and what it knows of it. */
export interface Shopper {
  readonly number: number;
  readonly plan: PlannedOrder;
  readonly requests: Request[];
  /** Known from the answer to the placement. */
  orderId: string | undefined;
  asksLeft: number;
}
