import { Client } from 'pg';
import { type TestDatabase, testDatabase } from '#testing';
import { type Holding, keepRights, migrate, migrationsOf, rightsOf, rightsStatements } from '../src/index.js';

const PRIVILEGES = ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'maintain'];
/** Asked of the database itself, by other means than those by which rights are given. */
const MATRIX = `
select relname as object, array(
  select p from unnest($1::text[]) p where has_table_privilege(current_user, oid, p) or
    (p in ('select', 'insert', 'update', 'references') and has_any_column_privilege(current_user, oid, p))) as rights
from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
union all
select relname, held from pg_class cross join lateral (
  select array(select p from unnest(array['select', 'update', 'usage']) p where has_sequence_privilege(current_user, oid, p)) as held) h
where relnamespace = 'public'::regnamespace and relkind = 'S' and held <> '{}'
union all
select proname || '()', case when has_function_privilege(current_user, oid, 'execute') then array['execute'] else '{}' end
from pg_proc where pronamespace = 'public'::regnamespace
order by 1`;

/** As `pg_restore --no-privileges` leaves them, into which nothing goes of what migrations and migrators have granted. */
const restored = (role: string): string => `
revoke all on all tables in schema public from public, ${role};
revoke all on all sequences in schema public from public, ${role};
revoke all on all functions in schema public from ${role};
grant execute on all functions in schema public to public`;

/** Every service has these tables; the last are those of its own that it only ever adds to. */
const SERVICES: readonly (readonly [service: string, added: readonly string[]])[] = [
  ['order', ['order_history', 'idempotency_keys']],
  ['payment', ['payment_history', 'ledger_transfers']],
  ['stock', ['movements', 'location_movements', 'product_prices', 'adjustments']],
];
const DENIED = [
  'create table more (id text)',
  'create temporary table more (id text)',
  'create schema more',
  `create function more() returns int language sql as 'select 1'`,
  'alter table outbox add column more text',
  'alter role current_user superuser',
  'drop table outbox',
  'drop function waybill_expect',
  'truncate outbox',
  'create index more on outbox (type)',
  `insert into migrations (name, hash) values ('9999_more.sql', '')`,
  'delete from migrations',
  'delete from dead_letters',
];

let here: TestDatabase;
let serving: Client;

async function open(service: string): Promise<void> {
  here = await testDatabase(service);
  serving = new Client({ connectionString: here.servingUrl });
  await serving.connect();
  await migrateAgain(service);
}
async function migrateAgain(service: string): Promise<void> {
  const rights = await rightsOf(service);
  await migrate(here.url, await migrationsOf(service), { serving: { role: roleOf(here), rights } });
}
const roleOf = ({ servingUrl }: TestDatabase): string => new URL(servingUrl).username;
async function close(): Promise<void> {
  await serving.end();
  await here.drop();
}
const refusal = (statement: string): Promise<string | undefined> =>
  serving.query(statement).then(
    () => undefined,
    (error: { readonly code: string }) => error.code,
  );

describe.each(SERVICES)('the role that serves %s', (service, added) => {
  beforeAll(() => open(service));
  afterAll(close);

  const line = ([object, rights]: readonly [string, readonly string[]]): string =>
    `${object.padEnd(24)} ${[...rights].sort().join(' ')}`;
  const held = async (): Promise<string[]> => {
    const { rows } = await serving.query<{ object: string; rights: string[] }>(MATRIX, [PRIVILEGES]);
    return rows.map(({ object, rights }) => line([object, rights])).sort();
  };
  const declared = async (): Promise<string[]> => [...(await rightsOf(service))].map(line).sort();

  it('holds exactly what is declared', async () => {
    expect(await held()).toEqual(await declared());
  });

  it('holds it again when its database has been restored without privileges and migrated', async () => {
    await here.database.query(restored(roleOf(here)));
    expect(await held()).not.toEqual(await declared());
    await migrateAgain(service);
    expect(await held()).toEqual(await declared());
  });

  it.each(DENIED)('may not: %s', async (statement) => {
    expect(await refusal(statement)).toBe('42501');
  });

  it.each([...added, 'dead_letter_audit'])('can neither change nor empty %s', async (table) => {
    const column = (await serving.query(`select * from ${table}`)).fields.at(-1)?.name;
    for (const statement of [`update ${table} set ${column} = ${column}`, `delete from ${table}`])
      expect(await refusal(statement)).toBe('42501');
    expect(await refusal(`truncate ${table}`)).toBe('42501');
  });
});

describe('rights', () => {
  const statements = (held: Partial<Holding>): string[] =>
    rightsStatements('waiter', new Map([['cups', ['select', 'insert']]]), [
      { object: 'cups', target: 'table cups', held: [], isPublic: false, ...held },
    ]);

  beforeAll(() => open('none'));
  afterAll(close);

  it('are given where they lack, and taken where there are too many', () => {
    expect(statements({})).toEqual(['grant select, insert on table cups to waiter']);
    expect(statements({ held: ['select', 'delete'] })).toEqual([
      'grant insert on table cups to waiter',
      'revoke delete on table cups from waiter',
    ]);
    expect(statements({ held: ['insert', 'select'] })).toEqual([]);
    expect(statements({ object: 'plates', target: 'table plates', held: ['select'] })).toEqual([
      'revoke select on table plates from waiter',
    ]);
  });

  it('cannot be kept from a superuser, who is refused', async () => {
    const { rows } = await here.database.query('select current_user as role');
    await expect(keepRights(here.database, { role: rows[0].role, rights: new Map() })).rejects.toThrow(
      'superuser',
    );
  });

  it('of a role that does not exist are refused, with how to make it', async () => {
    await expect(keepRights(here.database, { role: 'nobody', rights: new Map() })).rejects.toThrow(
      'create role "nobody"',
    );
  });
});
