import { type Change, type Saving, type Store } from '#loop';
import { outboxCtes, type Queryable } from '#persistence';
import { type Item, isSameProduct } from './item.js';
import { ITEM_COLUMNS, type ItemRow, toItem } from './item.store.js';
import { findLocations, locationMovementsCte } from './locations.store.js';
import { pricesCte, pricesJson } from './price.store.js';
import { isSameSettings } from './settings.js';
import {
  type Adjustment,
  adjustmentKey,
  itemKey,
  locationKey,
  orderKey,
  type Reservation,
  type StockRow,
  type StockState,
} from './state.js';

/** One statement each, however many messages a batch has. */
export const stockStore: Store<StockState, StockRow> = { load, save };

type ReservationRow = Omit<Reservation, 'kind' | 'expiresAt'> & { readonly expiresAt: string | null };

interface Loaded {
  readonly items: readonly ItemRow[];
  readonly reservations: readonly ReservationRow[];
}

/**
 * Reservations bring the SKUs that they can still move (`follow` of the rules), in the same round trip. Rows are
 * locked in the order of their keys, reservations first, so that replicas don't lock crosswise. As JSON, because a
 * bigint column alone would reach us as text.
 */
const loadText = (lock: '' | 'for update'): string => `
with r as (
  select order_id as "orderId", version, status, lines, expires_at as "expiresAt", change
  from reservations where order_id = any($1) order by order_id ${lock}
), wanted as (
  select unnest($2::text[]) as sku
  union
  select line ->> 'sku' from r, jsonb_array_elements(r.lines) as line where r.status in ('held', 'committed', 'expired')
), i as (
  select ${ITEM_COLUMNS} from products where sku = any(array(select sku from wanted)) order by sku ${lock}
)
select coalesce((select json_agg(r) from r), '[]') as reservations,
  coalesce((select json_agg(i) from i), '[]') as items`;

const LOAD = { name: 'stock_load', text: loadText('') };
const LOAD_LOCKED = { name: 'stock_load_locked', text: loadText('for update') };

async function load(db: Queryable, keys: readonly string[], lock: boolean): Promise<Map<string, StockState>> {
  const named = (prefix: string): string[] =>
    keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  const values = [named(orderKey('')), named(itemKey(''))];
  const { rows } = await db.query<Loaded>({ ...(lock ? LOAD_LOCKED : LOAD), values });
  const { reservations, items } = rows[0] as Loaded;
  // After the SKUs: who has waited for one that a twin was changing must see the key that the twin has used.
  const adjustments = await findAdjustments(db, named(adjustmentKey('')));
  return new Map<string, StockState>([
    ...(await findLocations(db, named(locationKey('')))).map((id) => [locationKey(id), THERE] as const),
    ...adjustments.map((one) => [adjustmentKey(one.key), one] as const),
    ...reservations.map((one) => [orderKey(one.orderId), toReservation(one)] as const),
    ...items.map((one) => [itemKey(one.sku), toItem(one)] as const),
  ]);
}

async function findAdjustments(db: Queryable, keys: readonly string[]): Promise<Adjustment[]> {
  if (keys.length === 0) return [];
  const { rows } = await db.query<Adjustment>({
    name: 'stock_find_adjustments',
    text: `select 'adjustment' as kind, 1 as version, key, fingerprint, level from adjustments where key = any($1::uuid[])`,
    values: [keys],
  });
  return rows;
}

const THERE = { kind: 'location', version: 1 } as const;

function toReservation({ change, ...row }: ReservationRow): Reservation {
  const expiresAt = row.expiresAt === null ? null : new Date(row.expiresAt);
  return { kind: 'reservation', ...row, expiresAt, ...(change && { change }) };
}

/** Products that were changed ($2) or are new ($3). */
const PRODUCTS = `), e as (
  select * from json_to_recordset($2::json)
    as t(sku text, name text, amount bigint, currency text, "otherPrices" jsonb, active boolean, "onHand" integer,
      reserved integer, steps integer, version bigint, "productVersion" bigint, "updatedAt" timestamptz,
      "safetyStock" integer, "lowStockThreshold" integer, "backorderLimit" integer, "backorderMost" integer,
      locations jsonb)
), edited as (
  update products p set name = e.name, price_amount = e.amount, price_currency = e.currency,
    other_prices = e."otherPrices", active = e.active, on_hand = e."onHand", reserved = e.reserved,
    version = p.version + e.steps, product_version = e."productVersion", updated_at = e."updatedAt",
    safety_stock = e."safetyStock", low_stock_threshold = e."lowStockThreshold",
    backorder_limit = e."backorderLimit", backorder_most = e."backorderMost", locations = e.locations
  from e where p.sku = e.sku
  returning waybill_expect(p.version, e.version, p.sku)
), created as (
  insert into products
    (sku, name, price_amount, price_currency, other_prices, active, on_hand, reserved, version, product_version,
      created_at, updated_at, safety_stock, low_stock_threshold, backorder_limit, backorder_most, locations)
  select sku, name, amount, currency, "otherPrices", active, "onHand", reserved, version, "productVersion", "createdAt",
    "updatedAt", "safetyStock", "lowStockThreshold", "backorderLimit", "backorderMost", locations
  from json_to_recordset($3::json)
    as t(sku text, name text, amount bigint, currency text, "otherPrices" jsonb, active boolean, "onHand" integer,
      reserved integer, version bigint, "productVersion" bigint, "createdAt" timestamptz, "updatedAt" timestamptz,
      "safetyStock" integer, "lowStockThreshold" integer, "backorderLimit" integer, "backorderMost" integer,
      locations jsonb)
`;

/**
 * A level that moves is the hot case: only its three columns are sent and written. New versions are computed from the
 * row as it is and then compared with what the decision expected, so a row that another replica has changed in the
 * meantime stops the statement. The last select counts the updated rows: one that is gone stops it as well.
 */
const saveText = (all: '' | 'all'): string => `
with l as (
  select * from json_to_recordset($1::json)
    as t(sku text, "onHand" integer, reserved integer, steps integer, version bigint)
), levels as (
  update products p set on_hand = l."onHand", reserved = l.reserved, version = p.version + l.steps
  from l where p.sku = l.sku
  returning waybill_expect(p.version, l.version, p.sku)
${PRODUCTS}), opened as (
  insert into reservations (order_id, status, lines, expires_at, version)
  select "orderId", status, lines, "expiresAt", version
  from json_to_recordset($4::json)
    as t("orderId" text, status text, lines jsonb, "expiresAt" timestamptz, version bigint)
), c as (
  select * from json_to_recordset($5::json) as t("orderId" text, status text, steps integer, version bigint${
    all && ', lines jsonb, change integer'
  })
), closed as (
  update reservations r set status = c.status, ${all && 'lines = c.lines, change = c.change,'} version = r.version + c.steps
  from c where r.order_id = c."orderId"
  returning waybill_expect(r.version, c.version, r.order_id)
), adjusted as (
  insert into adjustments (key, fingerprint, level)
  select key, fingerprint, level from json_to_recordset($6::json) as t(key uuid, fingerprint uuid, level json)
), moved as (
  insert into movements (sku, seq, kind, on_hand_delta, reserved_delta, order_id, message_id)
  select sku, seq, kind, "onHandDelta", "reservedDelta", "orderId", "messageId"
  from json_to_recordset($7::json)
    as t(sku text, seq bigint, kind text, "onHandDelta" integer, "reservedDelta" integer, "orderId" text,
      "messageId" text)
), ${all && `${locationMovementsCte('$7')} ${pricesCte('$11')}`} ${outboxCtes('$8', '$9')}
select waybill_expect(
  (select count(*) from closed) + (select count(*) from levels) + (select count(*) from edited),
  $10::bigint, 'the number of updated rows')`;

const SAVE = { name: 'stock_save', text: saveText('') };
/** Only when a price, the lines of a reservation or several locations change: the others don't even name those. */
const SAVE_ALL = { name: 'stock_save_all', text: saveText('all') };

async function save(
  db: Queryable,
  { changes, appended, outbox, sent }: Saving<StockState, StockRow>,
): Promise<void> {
  const items = changesOf(changes, 'item');
  const reservations = changesOf(changes, 'reservation');
  const all =
    appended.some(({ row }) => row.kind === 'price' || row.locations !== undefined) ||
    reservations.some(({ before, after }) => before && isRewritten(before, after));
  const moved = all ? appended.filter(({ row }) => row.kind !== 'price') : appended;
  const created = items.filter(({ before }) => !before);
  const edited = items.filter(({ before, after }) => before && isEdited(before, after));
  const levels = items.filter(({ before, after }) => before && !isEdited(before, after));
  const opened = reservations.filter(({ before }) => !before);
  const closed = reservations.filter(({ before }) => before);
  const json = [
    levels.map(({ before, after: { sku, onHand, reserved, version } }) => ({
      sku,
      onHand,
      reserved,
      version,
      steps: stepsOf(before, version),
    })),
    edited.map(({ before, after }) => ({ ...after, steps: stepsOf(before, after.version) })),
    created.map(({ after }) => after),
    opened.map(({ after }) => after),
    closed.map(({ before, after: { orderId, status, version, lines, change } }) => ({
      orderId,
      status,
      version,
      ...(all && { lines, change }),
      steps: stepsOf(before, version),
    })),
    changesOf(changes, 'adjustment').map(({ after }) => after),
    moved.map(({ row, cause }) => ({ ...row, messageId: cause.id })),
    outbox,
  ].map((rows) => JSON.stringify(rows));
  const updated = levels.length + edited.length + closed.length;
  const values = [...json, sent, updated];
  if (all) await db.query({ ...SAVE_ALL, values: [...values, pricesJson(appended)] });
  else await db.query({ ...SAVE, values });
}

function changesOf<K extends StockState['kind']>(
  changes: readonly Change<StockState>[],
  kind: K,
): Change<Extract<StockState, { kind: K }>>[] {
  return changes.filter(({ after }) => after.kind === kind) as Change<Extract<StockState, { kind: K }>>[];
}

const stepsOf = (before: StockState | undefined, version: number): number => version - (before?.version ?? 0);

function isRewritten(before: Reservation, after: Reservation): boolean {
  return before.lines !== after.lines || before.change !== after.change;
}

function isEdited(before: Item, after: Item): boolean {
  if (!isSameSettings(before, after) || before.locations !== after.locations) return true;
  if (before.productVersion !== after.productVersion) return true;
  return !isSameProduct(before, after) || before.updatedAt.getTime() !== after.updatedAt.getTime();
}

const DUE = {
  name: 'stock_due_orders',
  text: `select order_id as "orderId" from reservations
    where status = 'held' and expires_at <= now() - $1 * interval '1 millisecond'
    order by expires_at limit $2`,
};

/** Orders whose hold ran out more than `graceMs` ago, by the clock of the database, longest first. */
export async function listDueOrders(db: Queryable, graceMs: number, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ orderId: string }>({ ...DUE, values: [graceMs, limit] });
  return rows.map(({ orderId }) => orderId);
}
