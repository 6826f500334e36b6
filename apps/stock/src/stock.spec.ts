import fc from 'fast-check';
import {
  adjust,
  commit,
  DUE,
  due,
  HOLD,
  later,
  put,
  release,
  reserve,
  rules,
  START,
  type Warehouse,
  warehouse,
} from '../test/warehouse.js';
import { type Item } from './item.js';
import { type Reservation, type StockState } from './state.js';
import { type StockMessage } from './stock.js';

const ORDERS = ['ord_1', 'ord_2', 'ord_3', 'ord_4'];
const SKUS = ['tea', 'cup'];
const order = fc.constantFrom(...ORDERS);
const lines = fc.dictionary(fc.constantFrom(...SKUS), fc.integer({ min: 1, max: 4 }), {
  minKeys: 1,
  noNullPrototype: true,
});
const adjustment = fc.oneof(
  fc.record({ delta: fc.integer({ min: -6, max: 6 }), reason: fc.constantFrom('received', 'damaged') }),
  fc.record({ countedQuantity: fc.integer({ min: 0, max: 8 }), reason: fc.constant('counted') }),
);
const message: fc.Arbitrary<StockMessage> = fc.oneof(
  fc.tuple(lines, order).map(([wanted, id]) => reserve(wanted, id)),
  order.map(release),
  order.map(commit),
  order.map(due),
  fc
    .tuple(fc.constantFrom(...SKUS), adjustment, fc.constantFrom('a', 'b', 'c'))
    .map(([sku, by, key]) => adjust(sku, by, key)),
  fc.boolean().map((active) => put('tea', { active })),
);
/** Any messages in any order, many of them twice or more, at times that need not agree with that order. */
const history = fc
  .array(message, { minLength: 1, maxLength: 25 })
  .chain((sent) => fc.tuple(fc.constant(sent), fc.shuffledSubarray(sent), fc.shuffledSubarray(sent)))
  .chain(([sent, again, thrice]) => {
    const all = [...sent, ...again, ...thrice];
    return fc.tuple(
      fc.shuffledSubarray(all, { minLength: all.length }),
      fc.constantFrom(START, later(HOLD.holdMs), DUE),
    );
  });

describe('the stock, whatever it is told', () => {
  it('keeps its books: levels are sums of movements, what is reserved is what is held, nothing is oversold', () => {
    property((stock) => {
      for (const item of items(stock)) {
        const of = stock.movements.filter(({ sku }) => sku === item.sku);
        expect(item.onHand).toBe(sum(of.map(({ onHandDelta }) => onHandDelta)));
        expect(item.reserved).toBe(sum(of.map(({ reservedDelta }) => reservedDelta)));
        expect(item.reserved).toBe(sum(held(stock).map((reservation) => quantityOf(reservation, item.sku))));
        expect(item.onHand).toBeGreaterThanOrEqual(item.reserved);
        expect(new Set(of.map(({ seq }) => seq)).size).toBe(of.length);
      }
    });
  });

  it('moves all lines of an order alike, and each at most once in and once out', () => {
    property((stock) => {
      for (const reservation of reservations(stock)) {
        for (const sku of SKUS) {
          const quantity = quantityOf(reservation, sku);
          const of = stock.movements.filter((one) => one.orderId === reservation.orderId && one.sku === sku);
          const kinds = of.map(({ kind }) => kind);
          expect(new Set(kinds).size).toBe(kinds.length);
          expect(sum(of.map((one) => one.reservedDelta))).toBe(reservation.status === 'held' ? quantity : 0);
          expect(sum(of.map((one) => -one.onHandDelta))).toBe(
            reservation.status === 'committed' ? quantity : 0,
          );
        }
      }
    });
  });

  it('answers an order at most once with each fact, and never with two that contradict', () => {
    property((stock) => {
      for (const id of ORDERS) {
        const facts = stock.said.filter(({ orderId }) => orderId === id).map(({ name }) => name);
        expect(new Set(facts).size).toBe(facts.length);
        expect(facts).not.toEqual(expect.arrayContaining(['stock.reserved.v1', 'stock.rejected.v1']));
        if (stock.status(id) === 'committed') expect(facts).not.toContain('stock.commit_refused.v1');
      }
    });
  });

  it('does nothing when a message comes a second time', () => {
    fc.assert(
      fc.property(history, ([told, now]) => {
        const stock = warehouse({ tea: 5, cup: 3 });
        for (const one of told) {
          stock.tell(one, now);
          const { put: changed = [], append = [], send = [] } = stock.tell(one, now);
          expect([...changed, ...append, ...send]).toEqual([]);
        }
      }),
    );
  });

  it('holds nothing when the release came before the reserve', () => {
    fc.assert(
      fc.property(lines, fc.array(message, { maxLength: 10 }), (wanted, others) => {
        const stock = warehouse({ tea: 5, cup: 3 });
        for (const one of [release(), ...others, reserve(wanted)]) stock.tell(one);
        expect(stock.movements.filter(({ orderId }) => orderId === 'ord_1')).toEqual([]);
      }),
    );
  });
});

function property(check: (stock: Warehouse) => void): void {
  fc.assert(
    fc.property(history, ([told, now]) => {
      const stock = warehouse({ tea: 5, cup: 3 });
      for (const one of told) {
        stock.tell(one, now);
        check(stock);
      }
    }),
  );
}

const statesOf = (stock: Warehouse): StockState[] => [...stock.states.values()];
const items = (stock: Warehouse): Item[] => statesOf(stock).filter((state) => state.kind === 'item');
const reservations = (stock: Warehouse): Reservation[] =>
  statesOf(stock).filter((state) => state.kind === 'reservation');
const held = (stock: Warehouse): Reservation[] =>
  reservations(stock).filter(({ status }) => status === 'held');
const quantityOf = (reservation: Reservation, wanted: string): number =>
  sum(reservation.lines.filter(({ sku }) => sku === wanted).map(({ quantity }) => quantity));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

describe('the keys of a message', () => {
  it('are the SKUs of a reserve, and its order as something new', () => {
    expect(rules.keys(reserve({ tea: 1, cup: 1 }))).toEqual({
      load: ['sku:tea', 'sku:cup'],
      fresh: ['order:ord_1'],
    });
  });

  it('lead from an order to its SKUs as long as these can still move', () => {
    const stock = warehouse({ tea: 4 });
    stock.tell(reserve({ tea: 1 }));
    const skus = (): readonly string[] => rules.follow?.(stock.states.get('order:ord_1') as StockState) ?? [];
    expect([rules.keys(commit()), skus()]).toEqual([{ load: ['order:ord_1'] }, ['sku:tea']]);
    stock.tell(commit());
    expect(skus()).toEqual(['sku:tea']);
    stock.tell(release());
    expect(skus()).toEqual([]);
  });
});
