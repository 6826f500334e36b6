import fc from 'fast-check';
import {
  adjust,
  code,
  commit,
  DUE,
  due,
  later,
  release,
  reserve,
  START,
  transfer,
  type Warehouse,
  warehouse,
} from '../test/warehouse.js';
import { type LocationLevel } from './allocation.js';
import { type Item, MAIN } from './item.js';
import { itemKey, type Line, locationKey, orderKey } from './state.js';

/** Ten in `main`, and two locations more that have nothing yet. */
function stocked(): Warehouse {
  const stock = warehouse({ tea: 10 });
  for (const location of ['north', 'south']) {
    stock.states.set(locationKey(location), { kind: 'location', version: 1 });
  }
  return stock;
}

const tea = (stock: Warehouse): Item => stock.states.get(itemKey('tea')) as Item;
const levels = (stock: Warehouse): Record<string, readonly [number, number]> =>
  Object.fromEntries(
    (tea(stock).locations ?? []).map(({ location, onHand, reserved }) => [location, [onHand, reserved]]),
  );
const received = (location: string, delta: number) => adjust('tea', { delta, reason: 'received', location });

describe('a transfer', () => {
  it('leaves the level as it is, in one movement that names both locations', () => {
    const stock = stocked();
    expect(stock.tell(transfer('tea', { from: 'main', to: 'north', quantity: 4 })).answer).toEqual({
      level: {
        sku: 'tea',
        onHand: 10,
        reserved: 0,
        available: 10,
        version: 3,
        locations: [
          { location: 'main', onHand: 6, reserved: 0, available: 6 },
          { location: 'north', onHand: 4, reserved: 0, available: 4 },
        ],
      },
      replayed: false,
    });
    expect(stock.movements.at(-1)).toEqual({
      sku: 'tea',
      seq: 3,
      kind: 'transferred',
      onHandDelta: 0,
      reservedDelta: 0,
      orderId: null,
      locations: [
        { location: 'main', onHandDelta: -4, reservedDelta: 0 },
        { location: 'north', onHandDelta: 4, reservedDelta: 0 },
      ],
    });
  });

  it('is made once for a key', () => {
    const stock = stocked();
    const { answer } = stock.tell(transfer('tea', { from: 'main', to: 'north', quantity: 4 }, 'key'));
    expect(stock.tell(transfer('tea', { from: 'main', to: 'north', quantity: 4 }, 'key')).answer).toEqual({
      ...answer,
      replayed: true,
    });
    expect(levels(stock)).toEqual({ main: [6, 0], north: [4, 0] });
  });

  it.each([
    ['main', 'main', 1, 'validation-failed'],
    ['main', 'west', 1, 'location-not-found'],
    ['west', 'main', 1, 'location-not-found'],
    ['north', 'main', 1, 'stock-below-reserved'],
    ['main', 'north', 9, 'stock-below-reserved'],
  ])('from %s to %s of %i is refused: %s', (from, to, quantity, refusal) => {
    const stock = stocked();
    stock.tell(reserve({ tea: 2 }));
    expect(code(stock.tell(transfer('tea', { from, to, quantity })))).toBe(refusal);
    expect(tea(stock).locations).toBeNull();
  });
});

describe('a SKU in several locations', () => {
  it('is held where it lies when the order comes, and goes out of there and back', () => {
    const stock = stocked();
    stock.tell(reserve({ tea: 1 }, 'ord_1'));
    stock.tell(transfer('tea', { from: 'main', to: 'north', quantity: 4 }));
    stock.tell(received('south', 3));
    stock.tell(reserve({ tea: 8 }, 'ord_2'));
    expect(levels(stock)).toEqual({ main: [6, 6], north: [4, 3], south: [3, 0] });
    stock.tell(release('ord_1'));
    stock.tell(commit('ord_2'));
    expect(levels(stock)).toEqual({ main: [1, 0], north: [1, 0], south: [3, 0] });
    stock.tell(release('ord_2'));
    expect(levels(stock)).toEqual({ main: [6, 0], north: [4, 0], south: [3, 0] });
  });

  it('is counted location by location, and never below what is reserved there', () => {
    const stock = stocked();
    stock.tell(received('north', 20));
    stock.tell(reserve({ tea: 15 }));
    const count = (countedQuantity: number, location?: string) =>
      stock.tell(adjust('tea', { countedQuantity, reason: 'counted', ...(location && { location }) }));
    expect(count(14, 'north').refuse).toMatchObject({
      code: 'stock-below-reserved',
      details: { sku: 'tea', location: 'north', onHand: 20, reserved: 15 },
    });
    count(16, 'north');
    count(0);
    expect([levels(stock), stock.level()]).toEqual([{ main: [0, 0], north: [16, 15] }, [16, 15]]);
    expect(code(count(1, 'west'))).toBe('location-not-found');
  });

  it('is taken from other locations when it was paid too late and the first have no more', () => {
    const stock = stocked();
    stock.tell(received('north', 3));
    stock.tell(reserve({ tea: 9 }));
    stock.tell(due(), DUE);
    stock.tell(transfer('tea', { from: 'main', to: 'south', quantity: 8 }));
    stock.tell(commit(), later(1));
    expect([stock.status(), levels(stock)]).toEqual([
      'committed',
      { main: [2, 0], north: [2, 0], south: [0, 0] },
    ]);
    stock.tell(release());
    expect(levels(stock)).toEqual({ main: [2, 0], north: [3, 0], south: [8, 0] });
  });

  it('lies in no more than 50 of them', () => {
    const stock = stocked();
    for (let i = 1; i <= 50; i++) {
      stock.states.set(locationKey(`l-${i}`), { kind: 'location', version: 1 });
      expect(code(stock.tell(received(`l-${i}`, 1)))).toBe(i < 50 ? undefined : 'too-many-locations');
    }
    expect(code(stock.tell(transfer('tea', { from: 'l-1', to: 'north', quantity: 1 })))).toBe(
      'too-many-locations',
    );
    expect(code(stock.tell(transfer('tea', { from: 'l-1', to: 'l-2', quantity: 1 })))).toBeUndefined();
  });
});

const place = fc.constantFrom('main', 'north', 'south');
const order = fc.constantFrom('ord_1', 'ord_2', 'ord_3', 'ord_4');
const message = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 9 }), order).map(([quantity, id]) => reserve({ tea: quantity }, id)),
  order.map(release),
  order.map(commit),
  order.map(due),
  fc
    .record({ delta: fc.integer({ min: -6, max: 6 }), location: place })
    .map((by) => adjust('tea', { ...by, reason: 'correction' })),
  fc
    .record({ countedQuantity: fc.nat(9), location: place })
    .map((by) => adjust('tea', { ...by, reason: 'counted' })),
  fc
    .record({ from: place, to: place, quantity: fc.integer({ min: 1, max: 6 }) })
    .map((asked) => transfer('tea', asked)),
);

/** After every message of any history, at times that need not agree with its order. */
function property(check: (stock: Warehouse) => void): void {
  const history = fc.array(fc.tuple(message, fc.constantFrom(START, DUE)), { maxLength: 30 });
  fc.assert(
    fc.property(history, (told) => {
      const stock = stocked();
      for (const [one, now] of told) {
        stock.tell(one, now);
        check(stock);
      }
    }),
    { numRuns: 300 },
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const levelsOf = ({ locations, onHand, reserved }: Item): readonly LocationLevel[] =>
  locations ?? [{ location: MAIN, onHand, reserved }];
const partsOf = ({ from, quantity }: Line) => from ?? [{ location: MAIN, quantity }];

describe('whatever a SKU is told', () => {
  it('lies where its movements say, not one oversold anywhere, and all of it adds up to its level', () => {
    property((stock) => {
      const item = tea(stock);
      const moved = stock.movements.flatMap(
        ({ onHandDelta, reservedDelta, locations }) =>
          locations ?? [{ location: MAIN, onHandDelta, reservedDelta }],
      );
      for (const { location, onHand, reserved } of levelsOf(item)) {
        const here = moved.filter((one) => one.location === location);
        expect(onHand).toBe(sum(here.map(({ onHandDelta }) => onHandDelta)));
        expect(reserved).toBe(sum(here.map(({ reservedDelta }) => reservedDelta)));
        expect(reserved).toBeGreaterThanOrEqual(0);
        expect(onHand).toBeGreaterThanOrEqual(reserved);
      }
      expect(item.onHand).toBe(sum(levelsOf(item).map(({ onHand }) => onHand)));
      expect(item.reserved).toBe(sum(levelsOf(item).map(({ reserved }) => reserved)));
    });
  });

  it('is reserved in each location for the orders that hold it there', () => {
    property((stock) => {
      const lines = ['ord_1', 'ord_2', 'ord_3', 'ord_4'].flatMap((id) => {
        const state = stock.states.get(orderKey(id));
        return state?.kind === 'reservation' && state.status === 'held' ? state.lines : [];
      });
      for (const line of lines)
        expect(sum(partsOf(line).map(({ quantity }) => quantity))).toBe(line.quantity);
      for (const { location, reserved } of levelsOf(tea(stock))) {
        const here = lines.flatMap(partsOf).filter((part) => part.location === location);
        expect(reserved).toBe(sum(here.map(({ quantity }) => quantity)));
      }
    });
  });
});
