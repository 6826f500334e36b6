import {
  addNote,
  cancelOrder,
  capturePayment,
  changeOrder,
  fulfilOrder,
  payOrder,
  placeOrder,
  type Rpc,
  refundPayment,
  returnOrder,
  voidPayment,
} from '#contracts';
import { type Order } from '../../apps/order/src/order.js';
import { KINDS, type Kind } from './kinds.js';
import { PRICE } from './plan.js';
import { type Request, type Shopper } from './shopper.js';

/** Which request it is: ids and keys follow from it alone, so that a shortened history names the same things. */
interface Which {
  readonly name: string;
  readonly shopper: number;
  readonly number: number;
}

interface Wish {
  readonly when: (order: Order) => boolean;
  readonly make: (order: Order, which: Which) => Omit<Request, 'tries'>;
}

type Data = (order: Order, id: (prefix: string) => string) => object;

const part = { amount: { amount: 100, currency: 'EUR' } };
const unit = ({ lines }: Order) => ({ lines: [{ sku: lines[0]?.sku ?? '', quantity: 1 }] });
const isPayable = ({ phase }: Order): boolean => phase === 'awaiting_payment' || phase === 'paying';
const isConfirmed = ({ phase }: Order): boolean => phase === 'confirmed';
const hasLeft = ({ lines }: Order): boolean =>
  lines.some(({ fulfilledQuantity = 0 }) => fulfilledQuantity > 0);
const hasPayment = ({ payment, phase }: Order): boolean => payment !== null && phase !== 'reserving';
const always = (): boolean => true;

/** What clients may want of an order, and when it makes sense to them. Services may see it otherwise. */
export const WISHES: Readonly<Record<Kind, Wish>> = {
  cancel: plain(always, cancelOrder, ({ id: orderId }) => ({ orderId })),
  note: keyed(always, addNote, ({ id: orderId }) => ({ orderId, note: { text: 'seen' }, author: 'client' })),
  'pay by card': pay('tok_visa', 'automatic'),
  'pay by card later': pay('tok_visa', 'manual'),
  'pay by card after a step': pay('tok_3ds', 'automatic'),
  'pay by card after a step, later': pay('tok_3ds', 'manual'),
  'pay by bad card': pay('tok_declined', 'automatic'),
  change: plain(isPayable, changeOrder, (order, id) => ({
    orderId: order.id,
    expectedVersion: order.version,
    request: {
      lines: [{ sku: order.lines[0]?.sku ?? '', quantity: order.lines[0]?.quantity === 1 ? 2 : 1 }],
    },
    changeId: id('evt'),
    notify: false,
  })),
  fulfil: keyed(isConfirmed, fulfilOrder, ({ id: orderId }) => ({ orderId, shipment: {} })),
  'fulfil one': keyed(isConfirmed, fulfilOrder, (order) => ({ orderId: order.id, shipment: unit(order) })),
  'return one': keyed(hasLeft, returnOrder, (order, id) => ({
    orderId: order.id,
    returnId: id('ret'),
    request: unit(order),
  })),
  'return one broken': keyed(hasLeft, returnOrder, (order, id) => ({
    orderId: order.id,
    returnId: id('ret'),
    request: { ...unit(order), restock: false },
  })),
  capture: plain(hasPayment, capturePayment, ({ payment }) => ({ paymentId: payment?.id, request: {} })),
  'capture part': plain(hasPayment, capturePayment, ({ payment }) => ({
    paymentId: payment?.id,
    request: part,
  })),
  void: plain(hasPayment, voidPayment, ({ payment }) => ({ paymentId: payment?.id })),
  refund: keyed(hasPayment, refundPayment, ({ payment }, id) => ({
    paymentId: payment?.id,
    refundId: id('ref'),
    request: {},
  })),
  'refund part': keyed(hasPayment, refundPayment, ({ payment }, id) => ({
    paymentId: payment?.id,
    refundId: id('ref'),
    request: part,
  })),
};

export function wantedOf(order: Order, of: readonly Kind[]): readonly Kind[] {
  return of.filter((kind) => WISHES[kind].when(order));
}

export function placing({ plan, number: shopper }: Shopper): Omit<Request, 'tries'> {
  const { payment, lines, expectsOtherTotal } = plan;
  const request = {
    customerId: `cus_${shopper}`,
    currency: 'EUR',
    lines,
    ...(payment && { payment }),
    ...(expectsOtherTotal && { expectedTotal: { amount: PRICE - 1, currency: 'EUR' } }),
  };
  const idempotency = keyFor(shopper * 10_000);
  return {
    name: `place ${shopper}`,
    contract: placeOrder,
    data: (attempt) => ({
      orderId: idOf('ord', shopper * 10_000 + attempt),
      paymentId: idOf('pay', shopper * 10_000 + attempt),
      idempotency,
      request,
      notify: false,
    }),
  };
}

/** What must be the same each time a request with its key is answered. */
export function answerOf(contract: Rpc, answer: object): string {
  const said = answer as Record<string, string | undefined>;
  const within = (name: string) => said[name] as unknown as { id: string; version: number };
  if (contract === placeOrder) return said.replayOf ?? within('order').id;
  if (contract === payOrder) return said.paymentId ?? '';
  if (contract === refundPayment) return within('refund').id;
  if (contract === returnOrder) return within('return').id;
  if (contract === fulfilOrder) return String(within('order').version);
  return '';
}

function plain(when: Wish['when'], contract: Rpc, data: Data): Wish {
  return {
    when,
    make: (order, which) => ({
      name: which.name,
      contract,
      data: (attempt) => data(order, (prefix) => idOf(prefix, numberOf(which) + attempt)),
    }),
  };
}

function keyed(when: Wish['when'], contract: Rpc, data: Data): Wish {
  const { make } = plain(when, contract, data);
  return {
    when,
    make(order, which) {
      const request = make(order, which);
      const idempotency = keyFor(numberOf(which));
      return { ...request, data: (attempt) => ({ ...request.data(attempt), idempotency }) };
    },
  };
}

function pay(method: string, capture: 'automatic' | 'manual'): Wish {
  return keyed(isPayable, payOrder, ({ id: orderId }, id) => ({
    orderId,
    paymentId: id('pay'),
    payment: { method, capture },
    notify: false,
  }));
}

/** Room for ten tries of ten requests of each kind. */
function numberOf({ shopper, number, name }: Which): number {
  const kind = KINDS.findIndex((one) => name.startsWith(`${one} of `));
  return shopper * 10_000 + (kind + 1) * 100 + number * 10;
}

function idOf(prefix: string, number: number): string {
  return `${prefix}_${String(number).padStart(26, '0')}`;
}

function keyFor(number: number): { key: string; fingerprint: string } {
  const digits = String(number).padStart(12, '0');
  return { key: `00000000-0000-4000-8000-${digits}`, fingerprint: `00000000-0000-4000-9000-${digits}` };
}
