import {
  adjustStock,
  type Contract,
  changeReservation,
  commitStock,
  giveBackStock,
  type OrderRef,
  type Outgoing,
  putProduct,
  putSettings,
  releaseStock,
  reserveStock,
  transferStock,
} from '#contracts';
import { type Movement } from '../src/item.js';
import { type PriceChange } from '../src/price.js';
import { itemKey, orderKey, type Reservation, type StockDecision, type StockState } from '../src/state.js';
import { type StockMessage, stockRules } from '../src/stock.js';

export const HOLD = { holdMs: 900_000, graceMs: 30_000 };
export const START = new Date('2026-11-23T10:00:00.000Z');
export const rules = stockRules(HOLD);
export const later = (ms: number): Date => new Date(START.getTime() + ms);
export const DUE = later(HOLD.holdMs + HOLD.graceMs);

/** All that the stock keeps, and all that it has said: the rules without loop, database and broker. */
export class Warehouse {
  readonly states = new Map<string, StockState>();
  readonly movements: Movement[] = [];
  readonly prices: PriceChange[] = [];
  readonly said: { readonly name: string; readonly orderId: string }[] = [];

  tell(told: StockMessage, now = START): StockDecision {
    const decision = rules.decide(this.states, told, now);
    if (decision.refuse) return decision;
    for (const [key, state] of decision.put ?? []) this.states.set(key, state);
    for (const row of decision.append ?? []) {
      if (row.kind === 'price') this.prices.push(row);
      else this.movements.push(row);
    }
    for (const { contract, data } of decision.send ?? []) {
      this.said.push({ name: contract.name, orderId: (data as OrderRef).orderId });
    }
    return decision;
  }

  get sent(): string[] {
    return this.said.map(({ name }) => name);
  }

  level(sku = 'tea'): readonly [onHand: number, reserved: number] {
    const item = this.states.get(itemKey(sku));
    if (item?.kind !== 'item') throw new Error(`no ${sku}`);
    return [item.onHand, item.reserved];
  }

  status(orderId = 'ord_1'): Reservation['status'] | undefined {
    const state = this.states.get(orderKey(orderId));
    return state?.kind === 'reservation' ? state.status : undefined;
  }
}

let messages = 0;
export function message(type: string, data: object): StockMessage {
  const trace = { traceparent: '00-1-1-01', requestId: 'req_1' };
  const id = `msg_${++messages}`;
  return {
    type,
    data,
    id,
    causationId: null,
    source: 'test',
    trace,
    attempt: 1,
    replyTo: null,
  } as StockMessage;
}

export const of = (contract: Contract, data: object): StockMessage => message(contract.name, data);
export const reserve = (lines: Record<string, number>, orderId = 'ord_1') =>
  of(reserveStock, { orderId, lines: Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity })) });
export const release = (orderId = 'ord_1') => of(releaseStock, { orderId });
export const commit = (orderId = 'ord_1') => of(commitStock, { orderId });
export const giveBack = (lines: Record<string, number>, returnId = 'ret_1', orderId = 'ord_1') =>
  of(giveBackStock, {
    orderId,
    returnId,
    lines: Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity })),
  });
export const change = (lines: Record<string, number>, number = 3, more: object = {}) =>
  of(changeReservation, {
    orderId: 'ord_1',
    change: number,
    lines: Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity })),
    currency: 'EUR',
    least: 1,
    most: 1_000_000,
    ...more,
  });
export const due = (orderId = 'ord_1') => message('hold.due', { orderId });
export const put = (sku: string, more: object = {}, expectedVersion?: number) =>
  of(putProduct, {
    sku,
    product: { name: sku.toUpperCase(), price: { amount: 250, currency: 'EUR' }, ...more },
    ...(expectedVersion !== undefined && { expectedVersion }),
  });
export const settings = (sku: string, set: object) => of(putSettings, { sku, settings: set });
export const transfer = (sku: string, asked: object, key = `key-${++messages}`, fingerprint = 'same') =>
  of(transferStock, { sku, idempotency: { key, fingerprint }, transfer: asked });
export const adjust = (sku: string, adjustment: object, key = `key-${++messages}`, fingerprint = 'same') =>
  of(adjustStock, { sku, idempotency: { key, fingerprint }, adjustment });

export function warehouse(onHand: Record<string, number>): Warehouse {
  const made = new Warehouse();
  for (const [sku, delta] of Object.entries(onHand)) {
    made.tell(put(sku));
    if (delta > 0) made.tell(adjust(sku, { delta, reason: 'received' }));
  }
  return made;
}

export const body = (decision: StockDecision): Outgoing['data'] | undefined => decision.send?.[0]?.data;
export const code = (decision: StockDecision): string | undefined => decision.refuse?.code;
