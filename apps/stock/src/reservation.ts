import {
  type Outgoing,
  type ReserveStock,
  send,
  stockCommitRefused,
  stockExpired,
  stockReserved,
} from '#contracts';
import { type Cause, type Item, type Movement, move } from './item.js';
import { deltasOf, placed } from './locations.js';
import { mergeLines, rejectionOf } from './rejection.js';
import {
  itemKey,
  itemOf,
  type Line,
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
export type Verb = 'reserve' | 'release' | 'commit' | 'expire';

export interface Asked {
  readonly stock: Stock;
  readonly orderId: string;
  /** The lines of a reserve; otherwise none. */
  readonly lines: ReserveStock['lines'];
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
};

/**
 * The whole life of a reservation. Whatever comes twice or too late is a cell as well; it never answers again, because
 * the first answer is in the outbox and gets there. The stock moves out of `held`, `committed` and `expired` once each:
 * a release takes back what was committed, because a confirmed order may still be cancelled.
 */
// biome-ignore format: a table is read by its columns.
const NEXT: Readonly<Record<ReservationStatus, Readonly<Record<Verb, Step>>>> = {
  held:           { reserve: ignore, release: giveBack, commit: deduct,     expire: giveBackIfDue },
  committed:      { reserve: ignore, release: takeBack, commit: ignore,     expire: ignore },
  returned:       { reserve: ignore, release: ignore,   commit: ignore,     expire: ignore },
  released:       { reserve: ignore, release: ignore,   commit: refuse,     expire: ignore },
  expired:        { reserve: ignore, release: ignore,   commit: holdAgain,  expire: ignore },
  rejected:       { reserve: ignore, release: ignore,   commit: refuse,     expire: ignore },
  commit_refused: { reserve: ignore, release: ignore,   commit: ignore,     expire: ignore },
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
  const { put, append, send: low } = moveLines(stock, held, RESERVE);
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
  return close(reservation, 'released', moveLines(stock, reservation, RELEASE));
}

function giveBackIfDue({ stock, now, hold }: Asked, reservation: Reservation): StockDecision {
  const { orderId, expiresAt } = reservation;
  if (!expiresAt || now.getTime() < expiresAt.getTime() + hold.graceMs) return {};
  const moved = moveLines(stock, reservation, RELEASE);
  return { ...close(reservation, 'expired', moved), send: [send(stockExpired, { orderId })] };
}

/** The order was cancelled after it had been confirmed: the goods never left. */
function takeBack({ stock }: Asked, reservation: Reservation): StockDecision {
  return close(reservation, 'returned', moveLines(stock, reservation, RETURN));
}

function deduct({ stock }: Asked, reservation: Reservation): StockDecision {
  return close(reservation, 'committed', moveLines(stock, reservation, COMMIT));
}

/** The order was paid after its hold had run out: it gets the goods if they are still there, all of them. */
function holdAgain(asked: Asked, reservation: Reservation): StockDecision {
  const { stock, orderId } = asked;
  if (rejectionOf(stock, orderId, reservation.lines)) return refuse(asked, reservation);
  // It need not come from where it was held.
  const lines = reservation.lines.map((line) => placed(known(stock, line.sku), line));
  const again = { ...reservation, lines };
  return close(again, 'committed', moveLines(stock, again, TAKE));
}

function refuse(asked: Asked, reservation: Reservation): StockDecision {
  return {
    ...close(reservation, 'commit_refused', { put: [], append: [], send: [] }),
    send: [refusal(asked)],
  };
}

const refusal = ({ orderId }: Asked) => send(stockCommitRefused, { orderId });

/** What one unit of a line does to a level. TAKE is a reserve and a commit at once. */
type PerUnit = Pick<Cause, 'kind' | 'onHandDelta' | 'reservedDelta'>;
const RESERVE: PerUnit = { kind: 'reserved', onHandDelta: 0, reservedDelta: 1 };
const RELEASE: PerUnit = { kind: 'released', onHandDelta: 0, reservedDelta: -1 };
const COMMIT: PerUnit = { kind: 'committed', onHandDelta: -1, reservedDelta: -1 };
const RETURN: PerUnit = { kind: 'returned', onHandDelta: 1, reservedDelta: 0 };
const TAKE: PerUnit = { kind: 'committed', onHandDelta: -1, reservedDelta: 0 };

interface Moved {
  readonly put: readonly (readonly [string, StockState])[];
  readonly append: readonly Movement[];
  readonly send: readonly Outgoing[];
}

function moveLines(stock: Stock, { orderId, lines }: Reservation, unit: PerUnit): Moved {
  const moved = lines.map((line: Line) => {
    const item = known(stock, line.sku);
    return move(item, {
      kind: unit.kind,
      onHandDelta: unit.onHandDelta * line.quantity,
      reservedDelta: unit.reservedDelta * line.quantity,
      orderId,
      locations: deltasOf(item, line, unit),
    });
  });
  return {
    put: moved.map(({ item }) => [itemKey(item.sku), item] as const),
    append: moved.map(({ movement }) => movement),
    send: moved.flatMap((one) => one.send),
  };
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
function known(stock: Stock, sku: string): Item {
  const item = itemOf(stock, sku);
  if (!item) throw new Error(`${sku} is reserved but was not loaded`);
  return item;
}
