import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { breachesOf } from '../compat/additive.js';
import { expectNone, read } from './files.js';

interface Base {
  readonly revision: string;
  /** Of each file the hash, and of each service what its role may do. */
  readonly migrations: Readonly<Record<string, string>>;
  readonly rights: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
/** By file or message: the rule that it may break, why the version before can live with it, and since when. */
type Allowed = Readonly<
  Record<string, readonly { readonly rule: string; readonly why: string; readonly since: string }[]>
>;

const base = JSON.parse(read('test/compat/base.json')) as Base;
const allowed = JSON.parse(read('test/compat/allowed.json')) as Allowed;
const files = globSync('{apps,libs}/*/migrations/*.sql').map((path) => path.replaceAll('\\', '/'));
const added = files.filter((path) => !(path in base.migrations));
const rulesOf = (sql: string): string[] => breachesOf(sql).map(({ rule }) => rule);

describe('the migrations since the base', () => {
  it('leave those of the base as they are', () => {
    const changed = Object.entries(base.migrations).filter(
      ([path, hash]) =>
        !files.includes(path) || createHash('sha256').update(read(path)).digest('hex') !== hash,
    );
    expectNone(
      changed.map(([path]) => path),
      `Restore it as it was at ${base.revision}: databases have it applied. Write a new file.`,
    );
  });

  it('are those that the version before can live with, and that traffic can pass', () => {
    const faults = added.flatMap((path) =>
      breachesOf(read(path))
        .filter(({ rule }) => !(allowed[basename(path)] ?? []).some((one) => one.rule === rule))
        .map(({ rule, words }) => `${path}: ${rule}: ${words}`),
    );
    expectNone(
      faults,
      'Do what the arrow says; or say in test/compat/allowed.json why the version before does not mind.',
    );
  });

  it('are allowed nothing that they do not do', () => {
    const needed = (path: string): string[] => rulesOf(read(path));
    const entries = Object.entries(allowed).filter(([name]) => name.endsWith('.sql'));
    const unused = entries.flatMap(([name, those]) =>
      those
        .filter(({ rule }) => !added.some((path) => basename(path) === name && needed(path).includes(rule)))
        .map(({ rule }) => `${name}: ${rule}`),
    );
    expectNone(unused, 'Take it out of test/compat/allowed.json.');
    expect(
      Object.values(allowed)
        .flat()
        .every(({ why, since }) => why !== '' && /^\d{4}-\d\d-\d\d$/.test(since)),
    ).toBe(true);
  });

  it('summarize what is appended to a BRIN as it comes, not at the next vacuum', () => {
    const all = [...Object.keys(base.migrations), ...added].map(read);
    const indexes = all.flatMap((sql) => [
      ...sql.matchAll(/create index (?:concurrently )?(\w+) on [^;]*\busing brin\b[^;]*/g),
    ]);
    expect(indexes.length).toBeGreaterThan(0);
    const faults = indexes.filter(
      ([statement, name]) =>
        !/autosummarize = on/.test(statement) &&
        !all.some((sql) => sql.includes(`alter index ${name} set (autosummarize = on)`)),
    );
    expectNone(
      faults.map(([, name = '']) => name),
      'Make it with (autosummarize = on): what is in no summary is read by every question.',
    );
  });

  it('take no right from a service that the version before has', () => {
    const lost = Object.entries(base.rights).flatMap(([path, rights]) => {
      const now = JSON.parse(read(path)) as Readonly<Record<string, string>>;
      return Object.entries(rights).flatMap(([object, words]) =>
        words
          .split(' ')
          .filter((word) => !now[object]?.split(' ').includes(word))
          .map((word) => `${path}: ${word} on ${object}`),
      );
    });
    expectNone(lost, 'Keep the right until the version that uses it is the last but one.');
  });
});

describe('what a migration may not do', () => {
  it.each([
    ['drop', 'alter table orders drop column waiter'],
    ['drop', 'alter table orders alter column payment drop default'],
    ['drop', 'drop table inbox'],
    ['rename', 'alter table orders rename column waiter to listener'],
    ['rename', 'alter table orders rename to sales'],
    ['change of type', 'alter table orders alter column version type bigint'],
    ['not null', 'alter table orders alter payment set not null'],
    ['column that must be filled', 'alter table orders add column channel text not null'],
    [
      'column that must be filled',
      'alter table orders add a text default 1, add column b text not null, add c text default 2',
    ],
    ['table that is rewritten', 'alter table orders add column token uuid default gen_random_uuid()'],
    ['narrower rule', 'alter table orders add constraint small check (version < 100)'],
    ['narrower rule', 'alter table orders add unique (customer_id)'],
    ['index that locks', 'create index orders_phase on orders (phase)'],
    ['index that locks', 'create unique index on orders (phase)'],
    ['many rows', `update orders set phase = 'confirmed'`],
    ['many rows', 'delete from order_history'],
    ['trigger', 'create trigger t after insert on orders execute function f()'],
    ['lock', 'set local lock_timeout = 0'],
    ['transaction', 'create index concurrently orders_phase on orders (phase)'],
    ['transaction', '-- no transaction\nalter table orders add column channel text'],
  ])('%s: %s', (rule, sql) => {
    expect(rulesOf(sql)).toContain(rule);
  });

  it.each([
    'create table more (id text primary key, at timestamptz not null); create index more_at on more (at)',
    'alter table orders add column channel text',
    `alter table orders add column channel text not null default 'web'`,
    `alter table orders alter column number set default nextval('orders_number')`,
    'alter table orders drop constraint orders_check',
    '-- no transaction\ndrop index concurrently if exists orders_phase;\ncreate index concurrently orders_phase on orders (phase)',
    'alter table orders set (fillfactor = 80)',
    'create function f() returns int language plpgsql as $$ begin drop table x; end $$',
  ])('but it may: %s', (sql) => {
    expect(rulesOf(sql)).toEqual([]);
  });
});
