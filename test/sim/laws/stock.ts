import { type Item, type Movement } from '../../../apps/stock/src/item.js';
import { leftOf, type Reservation, type StockRow, type StockState } from '../../../apps/stock/src/state.js';
import { type MemoryDatabase } from '../memory-database.js';
import { each, type Law, sumOf } from './law.js';

type StockLaw = Law<StockState, StockRow>;
type Stock = MemoryDatabase<StockState, StockRow>;

const isItem = (state: StockState): state is Item => state.kind === 'item';
const isReservation = (state: StockState): state is Reservation => state.kind === 'reservation';

const reservationsOf = ({ rows }: Stock): Reservation[] => [...rows.values()].filter(isReservation);
const movementsOf = ({ appended }: Stock): Movement[] =>
  appended.flatMap(({ row }) => (row.kind === 'price' ? [] : [row]));

export const stockLaws: readonly StockLaw[] = [
  {
    id: 'A5',
    name: 'every level is the sum of its movements',
    broken: each(isItem, ({ sku, onHand, reserved }, stock) => {
      const moved = movementsOf(stock).filter((one) => one.sku === sku);
      return (
        onHand !== sumOf(moved, ({ onHandDelta }) => onHandDelta) ||
        reserved !== sumOf(moved, ({ reservedDelta }) => reservedDelta)
      );
    }),
  },
  {
    id: 'A5',
    name: 'what is reserved is what the held reservations hold',
    broken: each(isItem, ({ sku, reserved }, stock) => {
      const held = reservationsOf(stock).filter(({ status }) => status === 'held');
      const lines = held.flatMap((one) => one.lines.filter((line) => line.sku === sku));
      return reserved !== sumOf(lines, leftOf);
    }),
  },
  {
    id: 'A5',
    name: 'every movement belongs to a product, and is not newer than its row',
    *broken(stock) {
      for (const { sku, seq } of movementsOf(stock)) {
        const item = stock.rows.get(`sku:${sku}`);
        if (!item || seq > item.version) yield `${sku} ${seq}`;
      }
    },
  },
  {
    id: 'A6',
    name: 'nothing is oversold',
    broken: each(
      isItem,
      ({ onHand, reserved, backorderLimit }) => reserved < 0 || onHand + backorderLimit < reserved,
    ),
  },
  {
    id: 'A6',
    name: 'no level was ever oversold, movement by movement',
    *broken(stock) {
      const levels = new Map<string, { onHand: number; reserved: number }>();
      for (const { sku, seq, onHandDelta, reservedDelta } of movementsOf(stock)) {
        const level = levels.get(sku) ?? { onHand: 0, reserved: 0 };
        levels.set(sku, level);
        level.onHand += onHandDelta;
        level.reserved += reservedDelta;
        if (level.reserved < 0 || level.onHand < level.reserved) yield `${sku} ${seq}`;
      }
    },
  },
  {
    id: 'A7',
    name: 'every line of an order moved as the one status of its reservation says',
    *broken(stock) {
      const moved = movementsOf(stock).filter(({ orderId }) => orderId !== null);
      for (const { orderId, status, lines } of reservationsOf(stock)) {
        const ours = moved.filter((one) => one.orderId === orderId);
        for (const sku of new Set([...lines, ...ours].map((one) => one.sku))) {
          const left = sumOf(
            lines.filter((line) => line.sku === sku),
            leftOf,
          );
          const own = ours.filter((one) => one.sku === sku);
          const onHand = sumOf(own, ({ onHandDelta }) => onHandDelta);
          const reserved = sumOf(own, ({ reservedDelta }) => reservedDelta);
          const isRight =
            onHand + (status === 'committed' ? left : 0) === 0 && reserved === (status === 'held' ? left : 0);
          if (!isRight) yield `${orderId} ${sku} is ${status}: ${onHand} on hand, ${reserved} reserved`;
        }
      }
      for (const { orderId } of moved)
        if (!stock.rows.has(`order:${orderId}`)) yield `${orderId} has no reservation`;
    },
  },
  {
    id: 'A7',
    name: 'a reservation is committed at most once',
    *broken(stock) {
      yield* repeated(
        movementsOf(stock)
          .filter(({ kind }) => kind === 'committed')
          .map(({ orderId, sku }) => `${orderId} ${sku}`),
      );
    },
  },
  {
    id: 'A7',
    name: 'no line gives back more than it has, nor twice for one return',
    broken: each(isReservation, ({ lines }) =>
      lines.some((line) => {
        const ids = (line.returns ?? []).map(({ id }) => id);
        return leftOf(line) < 0 || new Set(ids).size < ids.length;
      }),
    ),
  },
  {
    id: 'Q1',
    name: 'no hold outlives its end by more than a minute and a half',
    broken: each(
      isReservation,
      ({ status, expiresAt }, { options: { clock } }) =>
        status === 'held' && expiresAt !== null && expiresAt.getTime() < clock.ms - 90_000,
    ),
  },
  {
    id: 'Q2',
    name: 'a message moves a SKU at most once',
    *broken({ appended }) {
      yield* repeated(
        appended.flatMap(({ row, cause }) => (row.kind === 'price' ? [] : [`${cause.id} ${row.sku}`])),
      );
    },
  },
  {
    id: 'Q2',
    name: 'the outbox is drained',
    broken: ({ outbox }) => [...outbox.values()].map(({ row }) => `${row.type} ${row.body}`),
  },
];

function* repeated(all: readonly string[]): Iterable<string> {
  const seen = new Set<string>();
  for (const one of all) {
    if (seen.has(one)) yield one;
    seen.add(one);
  }
}
