/** What a version that knows nothing of a migration could not live with, or would have to wait for. */
interface Rule {
  readonly name: string;
  readonly finds: RegExp;
  /** Harmless where the table, named first in the match, is made by the same file. */
  readonly unlessNew?: true;
  readonly instead: string;
}

const TABLE = String.raw`(?:only )?(\w+)`;
const RULES: readonly Rule[] = [
  {
    name: 'drop',
    finds: /\bdrop (?:table|view|function|column|schema|type|sequence|default)\b/,
    instead: 'stop using it in this version, drop it in the next but one',
  },
  { name: 'truncate', finds: /\btruncate\b/, instead: 'delete in small parts, by the service' },
  {
    name: 'rename',
    finds: /\brename (?:to|column|constraint)?\b/,
    instead:
      'add the new name, write both, read the new one in the next version, drop the old one after that',
  },
  {
    name: 'change of type',
    finds: /\balter (?:column )?\w+ (?:set data )?type\b/,
    instead: 'add a column of the new type, write both',
  },
  {
    name: 'not null',
    finds: /\balter (?:column )?\w+ set not null\b/,
    instead:
      'fill it by the service first; then a check that is not valid, and validate it in the next version',
  },
  {
    name: 'column that must be filled',
    finds: new RegExp(
      String.raw`\balter table ${TABLE}\b[^;]*\badd (?:column )?(?:if not exists )?(?!constraint|check|unique|primary|foreign)\w+ (?:(?!\bdefault\b|, add\b|, drop\b)[^;])*\bnot null\b(?!(?:(?!, add\b|, drop\b)[^;])*\bdefault\b)`,
    ),
    unlessNew: true,
    instead: 'give it a default, or let it be null: the version before inserts rows without it',
  },
  {
    name: 'table that is rewritten',
    finds: /(?<!\bset )\bdefault (?:gen_random_uuid|random|clock_timestamp|uuidv7|nextval)\b/,
    instead: 'add the column without a default, then set the default, then fill it by the service',
  },
  {
    name: 'narrower rule',
    finds: new RegExp(
      String.raw`\balter table ${TABLE}\b[^;]*\badd (?:constraint \w+ )?(?:check|unique|primary key|foreign key|exclude)\b`,
    ),
    unlessNew: true,
    instead: 'a check that every row of the version before keeps; say so in test/compat/allowed.json',
  },
  {
    name: 'index that locks',
    finds: new RegExp(
      String.raw`\bcreate (?:unique )?index (?!concurrently)(?:if not exists )?(?:\w+ )?on ${TABLE}`,
    ),
    unlessNew: true,
    instead: 'create index concurrently, in a file that begins with "-- no transaction"',
  },
  {
    name: 'half an index',
    finds: /\bcreate (?:unique )?index concurrently if not exists\b/,
    instead:
      'drop index concurrently if exists first: what was broken off has left an index that is not valid',
  },
  {
    name: 'index that locks',
    finds: /\b(?:drop index|reindex \w+) (?!concurrently)/,
    instead: 'drop index concurrently, in a file that begins with "-- no transaction"',
  },
  {
    name: 'many rows',
    finds: /^(?:update|delete from|with\b[^;]*\b(?:update|delete from)) (\w+)/,
    unlessNew: true,
    instead:
      'let the service fill what it reads, or in small parts: rows stay locked until the end of the file',
  },
  {
    name: 'trigger',
    finds: /\bcreate (?:or replace )?(?:constraint )?trigger\b|\bcreate rule\b/,
    instead:
      'what the version before writes would have effects that it does not know of: write it in the service',
  },
  {
    name: 'lock',
    finds: /\block table\b|\bcluster\b|\bvacuum full\b|\bset (?:local )?lock_timeout\b/,
    instead: 'leave locks to the migrator: it gives them up when others wait',
  },
];

export interface Breach {
  readonly rule: string;
  readonly words: string;
}

/** Why the version before could not live with this file, or traffic not pass it; empty when they can. */
export function breachesOf(sql: string): Breach[] {
  const statements = statementsOf(sql);
  const made = new Set(
    statements.flatMap((one) => /^create table (?:if not exists )?(\w+)/.exec(one)?.[1] ?? []),
  );
  const found = statements.flatMap((statement) =>
    RULES.flatMap(({ name, finds, unlessNew, instead }) => {
      const match = finds.exec(statement);
      if (!match || (unlessNew && made.has(match[1] ?? ''))) return [];
      return [{ rule: name, words: `"${match[0].slice(0, 80)}" → ${instead}` }];
    }),
  );
  const isAlone = /^-- no transaction\b/.test(sql);
  if (statements.some((one) => / concurrently /.test(one)) !== isAlone)
    found.push({
      rule: 'transaction',
      words: 'concurrently and "-- no transaction" in the first line go together',
    });
  return found;
}

/** Without comments and bodies of functions, in lower case, each on one line. */
function statementsOf(sql: string): string[] {
  return sql
    .replaceAll(/--.*$/gm, '')
    .replaceAll(/\$\$[\s\S]*?\$\$/g, "''")
    .toLowerCase()
    .split(';')
    .map((statement) => statement.replaceAll(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '');
}
