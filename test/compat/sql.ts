export const SERVICES = ['order', 'payment', 'stock'] as const;

/** What the SQL in a source file changes, as `insert orders`. `${table}` stands for each key of the file's TABLES. */
export function writesOf(text: string): string[] {
  const [, body = ''] = /const TABLES = \{([^}]*)\}/.exec(text) ?? [];
  const tables = [...body.matchAll(/^ *(\w+):/gm)].map(([, name]) => name);
  const source = text.replaceAll(/\$\{table\}/g, 'EACH_TABLE');
  const found = [
    ...named(source, 'insert', /\binsert into (\w+)/g),
    ...named(source, 'update', /\bupdate (\w+)(?:\s+(?!set\b)\w+)?\s+set\b/g),
    ...named(source, 'update', /\binsert into (\w+)(?:(?!insert into)[^`])*? do update set\b/g),
    ...named(source, 'delete', /\bdelete from (\w+)/g),
  ];
  return found.flatMap((right) =>
    right.endsWith('EACH_TABLE') ? tables.map((table) => right.replace('EACH_TABLE', table ?? '')) : [right],
  );
}

const named = (source: string, right: string, pattern: RegExp): string[] =>
  [...source.matchAll(pattern)].map(([, table]) => `${right} ${table}`);
