import {
  type ListMovements,
  type ListReservations,
  type LocationMovement,
  type LocationPart,
  type MovementView,
  type ReservationView,
} from '#contracts';
import { type Queryable } from '#persistence';

interface MovementRow extends Omit<MovementView, 'version' | 'at' | 'locations'> {
  readonly version: string;
  readonly at: Date;
  readonly locations: LocationMovement[] | null;
}

const LOCATIONS = `(
  select json_agg(json_build_object('location', location, 'onHandDelta', on_hand_delta, 'reservedDelta', reserved_delta)
    order by location)
  from location_movements l where l.sku = m.sku and l.seq = m.seq)`;

/** Newest first; one more than the limit, if there is one. */
export async function listMovements(
  db: Queryable,
  { sku, limit, before }: ListMovements,
): Promise<MovementView[]> {
  const { rows } = await db.query<MovementRow>({
    name: 'stock_list_movements',
    text: `select sku, seq as version, kind as reason, on_hand_delta as "onHandDelta",
        reserved_delta as "reservedDelta", order_id as "orderId",
        case when order_id is null then message_id end as "adjustmentId", at, ${LOCATIONS} as locations
      from movements m where sku = $1 and ($2::bigint is null or seq < $2) order by seq desc limit $3`,
    values: [sku, before ?? null, limit + 1],
  });
  return rows.map(({ locations, ...row }) => ({
    ...row,
    version: Number(row.version),
    at: row.at.toISOString(),
    ...(locations && { locations }),
  }));
}

interface ReservationRow extends Omit<ReservationView, 'sku' | 'expiresAt' | 'locations'> {
  readonly locations: LocationPart[] | null;
  readonly expiresAt: Date;
  readonly position: string;
}

export interface ListedReservation {
  readonly reservation: ReservationView;
  readonly position: string;
}

/** One more than the limit, if there is one. */
export async function listReservations(db: Queryable, asked: ListReservations): Promise<ListedReservation[]> {
  const { sku, limit, after } = asked;
  const query =
    asked.state === 'open'
      ? { ...OPEN, values: [sku, ...(after?.split(' ') ?? ['-infinity', '']), limit + 1] }
      : { ...CLOSED, values: [sku, after ?? null, limit + 1] };
  const { rows } = await db.query<ReservationRow>(query);
  return rows.map(({ position, expiresAt, locations, ...row }) => ({
    reservation: { ...row, sku, expiresAt: expiresAt.toISOString(), ...(locations && { locations }) },
    position,
  }));
}

const COLUMNS = `r.order_id as "orderId", (line ->> 'quantity')::integer as quantity, r.status,
  r.expires_at as "expiresAt", line -> 'from' as locations`;

/**
 * What ends first comes first. An index by SKU would cost every order a row; the index of all holds is as short as what
 * is unpaid, for a hold lasts minutes.
 */
const OPEN = {
  name: 'stock_list_open_reservations',
  text: `select ${COLUMNS}, to_char(r.expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || r.order_id as position
    from reservations r, jsonb_array_elements(r.lines) as line
    where r.status = 'held' and r.expires_at >= $2::timestamptz and (r.expires_at, r.order_id) > ($2::timestamptz, $3)
      and line ->> 'sku' = $1
    order by r.expires_at, r.order_id limit $4`,
};

/**
 * The newest first, found by the movements that made them: each has one of the kind "reserved" for each of its SKUs, and
 * more when its lines were changed. Then the last one counts.
 */
const CLOSED = {
  name: 'stock_list_closed_reservations',
  text: `select ${COLUMNS}, m.seq::text as position
    from movements m join reservations r using (order_id), jsonb_array_elements(r.lines) as line
    where m.sku = $1 and m.kind = 'reserved' and ($2::bigint is null or m.seq < $2)
      and r.status <> 'held' and line ->> 'sku' = $1
      and (r.change is null or not exists (select 1 from movements later
        where later.sku = m.sku and later.seq > m.seq and later.order_id = m.order_id and later.kind = 'reserved'))
    order by m.seq desc limit $3`,
};
