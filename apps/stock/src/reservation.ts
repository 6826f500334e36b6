import {
  type Outgoing,
  type ReserveStock,
  send,
  stockCommitRefused,
  stockExpired,
  stockReserved,
} from '#contracts';
import { type Part } from './allocation.js';
import { type Cause, type Item, type Movement, move } from './item.js';
import { deltasOf, placed, unitsOf } from './locations.js';
import { mergeLines, rejectionOf } from './rejection.js';
import {
  itemKey,
  itemOf,
  type Line,
  leftOf,
  orderKey,
  type Reservation,
  type ReservationStatus,
  type Stock,
  type StockDecision,
  type StockState,
} from './state.js';

/** How long stock is held, and how much later than the order service the stock service itself lets go. */
export interface Hold {
  readonly holdMs: number;
  readonly graceMs: number;
}

/** What an order's reservation can be told. */
export type Verb = 'reserve' | 'release' | 'commit' | 'expire' | 'restock';

export interface Asked {
  readonly stock: Stock;
  readonly orderId: string;
  /** The lines of a reserve, or of what is given back; otherwise none. */
  readonly lines: ReserveStock['lines'];
  /** Of what is given back: it is given back once. */
  readonly returnId?: string;
  readonly now: Date;
  readonly hold: Hold;
}

type Step = (asked: Asked, reservation: Reservation) => StockDecision;
type FirstStep = (asked: Asked) => StockDecision;

const ignore = (): StockDecision => ({});

/** What the first message about an order does. A tombstone makes a reserve that comes too late hold nothing. */
const FIRST: Readonly<Record<Verb, FirstStep>> = {
  reserve: holdOrReject,
  release: (asked) => ({ put: [tombstone(asked, 'released')] }),
  commit: (asked) => ({ put: [tombstone(asked, 'commit_refused')], send: [refusal(asked)] }),
  expire: ignore,
  restock: ({ orderId }) => {
    throw new Error(`${orderId} gives back what it never reserved`);
  },
};

/**
 * The whole life of a reservation. Whatever comes twice or too late is a cell as well; it never answers again, because
 * the first answer is in the outbox and gets there. The stock moves out of `held`, `committed` and `expired` once each:
 * a release takes back what was committed, because a confirmed order may still be cancelled.
 */
// biome-ignore format: a table is read by its columns.
const NEXT: Readonly<Record<ReservationStatus, Readonly<Record<Verb, Step>>>> = {
  held:           { reserve: ignore, release: giveBack, commit: deduct,     expire: giveBackIfDue, restock: giveBackPart },
  committed:      { reserve: ignore, release: takeBack, commit: ignore,     expire: ignore,        restock: takeBackPart },
  returned:       { reserve: ignore, release: ignore,   commit: ignore,     expire: ignore,        restock: ignore },
  released:       { reserve: ignore, release: ignore,   commit: refuse,     expire: ignore,        restock: ignore },
  expired:        { reserve: ignore, release: giveUp,   commit: holdAgain,  expire: ignore,        restock: needLess },
  rejected:       { reserve: ignore, release: ignore,   commit: refuse,     expire: ignore,        restock: ignore },
  commit_refused: { reserve: ignore, release: ignore,   commit: ignore,     expire: ignore,        restock: ignore },
};

export function tell(verb: Verb, asked: Asked, reservation: Reservation | undefined): StockDecision {
  return reservation ? NEXT[reservation.status][verb](asked, reservation) : FIRST[verb](asked);
}

function holdOrReject(asked: Asked): StockDecision {
  const { stock, orderId, now, hold } = asked;
  const lines = mergeLines(asked.lines);
  const rejection = rejectionOf(stock, orderId, lines);
  if (rejection) return { put: [tombstone(asked, 'rejected')], send: [rejection] };

  const expiresAt = new Date(now.getTime() + hold.holdMs);
  const from = lines.map((line) => placed(known(stock, line.sku), line));
  const held: Reservation = {
    kind: 'reservation',
    orderId,
    version: 1,
    status: 'held',
    lines: from,
    expiresAt,
  };
  const { put, append, send: low } = moveLines(stock, orderId, leftIn(held), RESERVE);
  const priced = lines.map(({ sku, quantity }) => {
    const { name, amount, currency, otherPrices } = known(stock, sku);
    const unitPrice = { amount, currency };
    if (!otherPrices) return { sku, name, quantity, unitPrice };
    return { sku, name, quantity, unitPrice, otherPrices: [...otherPrices] };
  });
  return {
    put: [[orderKey(orderId), held], ...put],
    append,
    send: [send(stockReserved, { orderId, lines: priced, expiresAt: expiresAt.toISOString() }), ...low],
  };
}

function giveBack({ stock }: Asked, reservation: Reservation): StockDecision {
  return close(reservation, 'released', moveLines(stock, reservation.orderId, leftIn(reservation), RELEASE));
}

function giveBackIfDue({ stock, now, hold }: Asked, reservation: Reservation): StockDecision {
  const { orderId, expiresAt } = reservation;
  if (!expiresAt || now.getTime() < expiresAt.getTime() + hold.graceMs) return {};
  const moved = moveLines(stock, reservation.orderId, leftIn(reservation), RELEASE);
  return { ...close(reservation, 'expired', moved), send: [send(stockExpired, { orderId })] };
}

/** Nothing is held, so nothing moves. But a commit that comes after this must not hold again. */
function giveUp(_: Asked, reservation: Reservation): StockDecision {
  return close(reservation, 'released', NOTHING);
}

/** The order was cancelled after it had been confirmed: the goods never left. */
function takeBack({ stock }: Asked, reservation: Reservation): StockDecision {
  return close(reservation, 'returned', moveLines(stock, reservation.orderId, leftIn(reservation), RETURN));
}

function deduct({ stock }: Asked, reservation: Reservation): StockDecision {
  return close(reservation, 'committed', moveLines(stock, reservation.orderId, leftIn(reservation), COMMIT));
}

/** The order was paid after its hold had run out: it gets the goods if they are still there, all of them. */
function holdAgain(asked: Asked, reservation: Reservation): StockDecision {
  const { stock, orderId } = asked;
  const left = reservation.lines.map((line) => ({ sku: line.sku, quantity: leftOf(line) }));
  if (rejectionOf(stock, orderId, left)) return refuse(asked, reservation);
  // It need not come from where it was held.
  const lines = reservation.lines.map((line) => placed(known(stock, line.sku), line, leftOf(line)));
  const again = { ...reservation, lines };
  return close(again, 'committed', moveLines(stock, orderId, leftIn(again), TAKE));
}

/** A part is given back before the commit has come: it will deduct that much less. */
function giveBackPart(asked: Asked, reservation: Reservation): StockDecision {
  return restock(asked, reservation, RELEASE);
}

/** The order has given up, or got back, a part of what was committed. */
function takeBackPart(asked: Asked, reservation: Reservation): StockDecision {
  return restock(asked, reservation, RETURN);
}

/** Nothing is held, so nothing moves; should the commit hold again, it holds that much less. */
function needLess(asked: Asked, reservation: Reservation): StockDecision {
  return restock(asked, reservation, undefined);
}

function refuse(asked: Asked, reservation: Reservation): StockDecision {
  return {
    ...close(reservation, 'commit_refused', NOTHING),
    send: [refusal(asked)],
  };
}

const refusal = ({ orderId }: Asked) => send(stockCommitRefused, { orderId });

/** What one unit of a line does to a level. TAKE is a reserve and a commit at once. */
type PerUnit = Pick<Cause, 'kind' | 'onHandDelta' | 'reservedDelta'>;
export const RESERVE: PerUnit = { kind: 'reserved', onHandDelta: 0, reservedDelta: 1 };
export const RELEASE: PerUnit = { kind: 'released', onHandDelta: 0, reservedDelta: -1 };
const COMMIT: PerUnit = { kind: 'committed', onHandDelta: -1, reservedDelta: -1 };
const RETURN: PerUnit = { kind: 'returned', onHandDelta: 1, reservedDelta: 0 };
const TAKE: PerUnit = { kind: 'committed', onHandDelta: -1, reservedDelta: 0 };

interface Moved {
  readonly put: readonly (readonly [string, StockState])[];
  readonly append: readonly Movement[];
  readonly send: readonly Outgoing[];
}

const NOTHING: Moved = { put: [], append: [], send: [] };

/** What moves of a SKU, and where. */
export interface Units {
  readonly sku: string;
  readonly parts: readonly Part[];
}

/** Everything that a reservation still stands for. */
function leftIn({ lines }: Reservation): Units[] {
  return lines.map((line) => ({ sku: line.sku, parts: unitsOf(line, 0, leftOf(line)) }));
}

export function moveLines(stock: Stock, orderId: string, units: readonly Units[], unit: PerUnit): Moved {
  const moved = units.flatMap(({ sku, parts }) => {
    const quantity = parts.reduce((sum, part) => sum + part.quantity, 0);
    if (quantity === 0) return [];
    const item = known(stock, sku);
    const { kind, onHandDelta, reservedDelta } = unit;
    const by = { onHandDelta: onHandDelta * quantity, reservedDelta: reservedDelta * quantity };
    return [move(item, { kind, ...by, orderId, locations: deltasOf(item, parts, unit) })];
  });
  return {
    put: moved.map(({ item }) => [itemKey(item.sku), item] as const),
    append: moved.map(({ movement }) => movement),
    send: moved.flatMap((one) => one.send),
  };
}

/** Once for each return. What was given back once is not given back again by whatever comes later. */
function restock(asked: Asked, reservation: Reservation, unit: PerUnit | undefined): StockDecision {
  const { stock, orderId, returnId: id = '' } = asked;
  const { lines, version } = reservation;
  if (lines.some(({ returns = [] }) => returns.some((one) => one.id === id))) return {};
  const back = mergeLines(asked.lines);
  const units: Units[] = [];
  const next = lines.map((line): Line => {
    const quantity = back.find(({ sku }) => sku === line.sku)?.quantity ?? 0;
    const left = leftOf(line);
    if (quantity > left) throw new Error(`${id} gives back ${quantity} of ${line.sku}: too many`);
    if (quantity === 0) return line;
    units.push({ sku: line.sku, parts: unitsOf(line, left - quantity, quantity) });
    return { ...line, returns: [...(line.returns ?? []), { id, quantity }] };
  });
  const moved = unit ? moveLines(stock, orderId, units, unit) : NOTHING;
  const given: Reservation = { ...reservation, lines: next, version: version + 1 };
  return { ...moved, put: [[orderKey(orderId), given], ...moved.put] };
}

function close(reservation: Reservation, status: ReservationStatus, moved: Moved): StockDecision {
  const { orderId, version } = reservation;
  const closed: Reservation = { ...reservation, status, version: version + 1 };
  return { ...moved, put: [[orderKey(orderId), closed], ...moved.put] };
}

function tombstone({ orderId }: Asked, status: ReservationStatus): readonly [string, Reservation] {
  const lines: Line[] = [];
  return [
    orderKey(orderId),
    { kind: 'reservation', orderId, version: 1, status, lines, expiresAt: null },
  ] as const;
}

/** Products are never deleted, so the SKUs of a reservation exist. */
export function known(stock: Stock, sku: string): Item {
  const item = itemOf(stock, sku);
  if (!item) throw new Error(`${sku} is reserved but was not loaded`);
  return item;
}
