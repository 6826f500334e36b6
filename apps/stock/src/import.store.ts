import { type ImportError, type ImportFormat } from '#contracts';
import { type Queryable, type Tx } from '#persistence';
import { type ChunkOutcome } from './import-chunk.js';
import { countFaults, type Import, MAX_ERRORS } from './import-view.js';

const COLUMNS = `id, format, header, chunks, rows_read::float8 as "rowsRead", rows_applied::float8 as "rowsApplied",
  rows_failed::float8 as "rowsFailed", faults, errors_kept as "errorsKept", started_at as "startedAt",
  updated_at as "updatedAt", finished_at as "finishedAt"`;

const INSERT = {
  name: 'import_insert',
  text: 'insert into imports (id, key, format, header) values ($1, $2, $3, $4) on conflict (key) do nothing',
};
const BY_KEY = { name: 'import_by_key', text: `select ${COLUMNS} from imports where key = $1` };
const BY_ID = { name: 'import_by_id', text: `select ${COLUMNS} from imports where id = $1` };
const LOCK = { name: 'import_lock', text: `${BY_ID.text} for update` };
const LIST = {
  name: 'import_list',
  text: `select ${COLUMNS} from imports where id < $1 order by id desc limit $2`,
};
const CHUNK = {
  name: 'import_chunk',
  text: 'select fingerprint from import_chunks where import_id = $1 and chunk = $2',
};
const ERRORS = {
  name: 'import_errors',
  text: `select line::float8, field, detail from import_errors where import_id = $1 and seq > $2 order by seq limit $3`,
};
const FINISH = {
  name: 'import_finish',
  text: `update imports set finished_at = now(), updated_at = now() where id = $1 returning ${COLUMNS}`,
};
const SAVE = {
  name: 'import_save_chunk',
  text: `
with applied as (
  insert into import_chunks (import_id, chunk, fingerprint) values ($1, $2, $3)
), kept as (
  insert into import_errors (import_id, seq, line, field, detail)
  select $1, seq, line, field, detail
  from json_to_recordset($4::json) as t(seq integer, line bigint, field text, detail text)
)
update imports set chunks = chunks + 1, rows_read = rows_read + $5 + $6, rows_applied = rows_applied + $5,
  rows_failed = rows_failed + $6, faults = $7, errors_kept = errors_kept + $8, updated_at = now()
where id = $1`,
};

/** The import of this key: a new one, or the one there is. */
export async function openImport(
  db: Queryable,
  one: { readonly id: string; readonly key: string; readonly format: ImportFormat; readonly header: string },
): Promise<Import> {
  await db.query({ ...INSERT, values: [one.id, one.key, one.format, one.header] });
  const { rows } = await db.query<Import>({ ...BY_KEY, values: [one.key] });
  return rows[0] as Import;
}

export async function findImport(db: Queryable, id: string): Promise<Import | undefined> {
  return (await db.query<Import>({ ...BY_ID, values: [id] })).rows[0];
}

/** Locked, so chunks of one import are applied one after the other. */
export async function lockImport(tx: Tx, id: string): Promise<Import | undefined> {
  return (await tx.query<Import>({ ...LOCK, values: [id] })).rows[0];
}

/** Newest first, those before `before`. */
export async function listImports(db: Queryable, before: string, limit: number): Promise<Import[]> {
  return (await db.query<Import>({ ...LIST, values: [before, limit] })).rows;
}

export async function findFingerprint(tx: Tx, id: string, chunk: number): Promise<string | undefined> {
  const { rows } = await tx.query<{ fingerprint: string }>({ ...CHUNK, values: [id, chunk] });
  return rows[0]?.fingerprint;
}

export async function saveChunk(
  tx: Tx,
  before: Import,
  fingerprint: string,
  { applied, failed, faults }: ChunkOutcome,
): Promise<void> {
  const { id, chunks, errorsKept } = before;
  const kept = faults
    .slice(0, MAX_ERRORS - errorsKept)
    .map((fault, i) => ({ ...fault, seq: errorsKept + i + 1 }));
  const counts = JSON.stringify(countFaults(before.faults, faults));
  const values = [id, chunks, fingerprint, JSON.stringify(kept), applied, failed, counts, kept.length];
  await tx.query({ ...SAVE, values });
}

export async function saveFinished(tx: Tx, id: string): Promise<Import> {
  return (await tx.query<Import>({ ...FINISH, values: [id] })).rows[0] as Import;
}

/** In the order of the file, those after the error number `after`. */
export async function listErrors(
  db: Queryable,
  id: string,
  after: number,
  limit: number,
): Promise<ImportError[]> {
  return (await db.query<ImportError>({ ...ERRORS, values: [id, after, limit] })).rows;
}
