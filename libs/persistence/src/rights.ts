import { type Rights } from './migrations.js';
import { type Queryable } from './tx.js';

/** The role that serves, when it is not the one that migrates, and all that it may do. */
export interface Serving {
  readonly role: string;
  readonly rights: Rights;
}

/** One table, view, sequence or function there is, and what the role holds of it. */
export interface Holding {
  readonly object: string;
  /** As grant and revoke name it. */
  readonly target: string;
  readonly held: readonly string[];
  /** PostgreSQL lets everybody run a new function. */
  readonly isPublic: boolean;
}

const HOLDINGS = `
select c.relname as object, case c.relkind when 'S' then 'sequence ' else 'table ' end || c.oid::regclass as target,
  false as "isPublic",
  array(select lower(privilege_type) from aclexplode(c.relacl) where grantee = r.oid) as held
from pg_class c, pg_roles r
where r.rolname = $1 and c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S')
union all
select p.proname || '()', 'function ' || p.oid::regprocedure, exists (select 1 from aclexplode(a.acl) where grantee = 0),
  array(select lower(privilege_type) from aclexplode(a.acl) where grantee = r.oid)
from pg_proc p, pg_roles r, lateral (select coalesce(p.proacl, acldefault('f', p.proowner)) as acl) a
where r.rolname = $1 and p.pronamespace = current_schema()::regnamespace
  and p.proowner = (select oid from pg_roles where rolname = current_user)`;

const ABOUT = `
select rolsuper or pg_has_role(oid, current_user, 'member') as "isOwner", quote_ident(rolname) as role,
  quote_ident(current_database()) as database, quote_ident(current_schema()) as schema,
  has_schema_privilege(oid, current_schema(), 'usage') and has_database_privilege(oid, current_database(), 'connect') as "mayEnter",
  has_schema_privilege(oid, current_schema(), 'create') as "mayCreate",
  has_database_privilege(oid, current_database(), 'temporary') as "mayCreateTemporary"
from pg_roles where rolname = $1`;

interface About {
  readonly isOwner: boolean;
  readonly role: string;
  readonly database: string;
  readonly schema: string;
  readonly mayEnter: boolean;
  readonly mayCreate: boolean;
  readonly mayCreateTemporary: boolean;
}

/**
 * Gives the role what it lacks of its rights and takes what is beyond them; changes nothing where all is as it should be.
 * Returns in words what could not be withheld.
 */
export async function keepRights(db: Queryable, { role, rights }: Serving): Promise<string | undefined> {
  const about = await findAbout(db, role);
  if (!about) throw new Error(`there is no role "${role}": create role "${role}" login password '…'`);
  if (about.isOwner) {
    throw new Error(
      `the role "${role}" is a superuser or a member of the role that migrates, so nothing can be withheld from it: use one that is neither`,
    );
  }
  const { rows: holdings } = await db.query<Holding>(HOLDINGS, [role]);
  const statements = [...entering(about), ...rightsStatements(about.role, rights, holdings)];
  for (const statement of statements) await db.query(statement);
  if (!(await findAbout(db, role))?.mayCreate) return undefined;
  return `everybody may create tables in this database: as a superuser, revoke create on schema ${about.schema} from public`;
}

async function findAbout(db: Queryable, role: string): Promise<About | undefined> {
  return (await db.query<About>(ABOUT, [role])).rows[0];
}

function entering({ role, database, schema, mayEnter, mayCreate, mayCreateTemporary }: About): string[] {
  return [
    ...(mayEnter ? [] : [`grant connect on database ${database} to ${role}`]),
    ...(mayEnter ? [] : [`grant usage on schema ${schema} to ${role}`]),
    ...(mayCreate ? [`revoke create on schema ${schema} from public, ${role}`] : []),
    ...(mayCreateTemporary ? [`revoke temporary on database ${database} from public, ${role}`] : []),
  ];
}

/** What is between what is held and what should be. Objects that do not exist yet are passed over. */
export function rightsStatements(role: string, rights: Rights, holdings: readonly Holding[]): string[] {
  return holdings.flatMap(({ object, target, held, isPublic }) => {
    const wanted = rights.get(object) ?? [];
    const missing = wanted.filter((right) => !held.includes(right));
    const beyond = held.filter((right) => !wanted.includes(right));
    return [
      ...(missing.length > 0 ? [`grant ${missing.join(', ')} on ${target} to ${role}`] : []),
      ...(beyond.length > 0 ? [`revoke ${beyond.join(', ')} on ${target} from ${role}`] : []),
      ...(isPublic ? [`revoke execute on ${target} from public`] : []),
    ];
  });
}
