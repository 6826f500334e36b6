import { type ListLocations, type LocationPut, type LocationView } from '#contracts';
import { type Queryable } from '#persistence';

/** Part of the statement that saves a batch, when it has movements of SKUs that lie in several locations. */
export const locationMovementsCte = (movements: string): string => `located as (
  insert into location_movements (sku, seq, location, on_hand_delta, reserved_delta)
  select m.sku, m.seq, l.location, l."onHandDelta", l."reservedDelta"
  from json_to_recordset(${movements}::json) as m(sku text, seq bigint, locations json),
    json_to_recordset(m.locations) as l(location text, "onHandDelta" integer, "reservedDelta" integer)
),`;

/** Which of these there are. */
export async function findLocations(db: Queryable, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<{ id: string }>({
    name: 'stock_find_locations',
    text: 'select id from locations where id = any($1)',
    values: [ids],
  });
  return rows.map(({ id }) => id);
}

type Row = Omit<LocationView, 'createdAt'> & { readonly createdAt: Date };
const COLUMNS = 'id as location, name, created_at as "createdAt"';

export async function findLocation(db: Queryable, location: string): Promise<LocationView | undefined> {
  const { rows } = await db.query<Row>({
    name: 'stock_find_location',
    text: `select ${COLUMNS} from locations where id = $1`,
    values: [location],
  });
  return rows[0] && viewOf(rows[0]);
}

/** Nothing is decided by the name of a location, so it is written where it is said. */
export async function putLocation(db: Queryable, location: string, name: string): Promise<LocationPut> {
  const { rows } = await db.query<Row & { readonly created: boolean }>({
    name: 'stock_put_location',
    text: `insert into locations (id, name) values ($1, $2) on conflict (id) do update set name = excluded.name
      returning ${COLUMNS}, xmax = 0 as created`,
    values: [location, name],
  });
  const { created, ...row } = rows[0] as Row & { readonly created: boolean };
  return { location: viewOf(row), created };
}

/** In the order of their names; one more than the limit, if there is one. */
export async function listLocations(db: Queryable, { limit, after }: ListLocations): Promise<LocationView[]> {
  const { rows } = await db.query<Row>({
    name: 'stock_list_locations',
    text: `select ${COLUMNS} from locations where id > $1 order by id limit $2`,
    values: [after ?? '', limit + 1],
  });
  return rows.map(viewOf);
}

const viewOf = ({ createdAt, ...row }: Row): LocationView => ({ ...row, createdAt: createdAt.toISOString() });
