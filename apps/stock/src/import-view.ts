import { type ImportFormat, type ImportView } from '#contracts';
import { type RowFault } from './import-row.js';

/** An import as it is stored. */
export interface Import {
  readonly id: string;
  readonly format: ImportFormat;
  readonly header: string;
  /** Chunks that are applied: the next one has this number. */
  readonly chunks: number;
  readonly rowsRead: number;
  readonly rowsApplied: number;
  readonly rowsFailed: number;
  /** By field. */
  readonly faults: Readonly<Record<string, number>>;
  readonly errorsKept: number;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
}

/** Errors that are kept in full; from then on they are counted. */
export const MAX_ERRORS = 1_000;
/** Longer than a gateway waits for the next bytes, and tries to hand on a chunk. */
const INTERRUPTED_MS = 60_000;
/** An NDJSON row may name any field: so many are counted by name. */
const MAX_FIELDS = 50;
const OTHERS = '(others)';

export function importView(one: Import, now: Date): ImportView {
  const { id, format, rowsRead, rowsApplied, rowsFailed, startedAt, updatedAt, finishedAt } = one;
  const silent = now.getTime() - updatedAt.getTime() > INTERRUPTED_MS;
  return {
    id,
    status: finishedAt ? 'finished' : silent ? 'interrupted' : 'running',
    format,
    rowsRead,
    rowsApplied,
    rowsFailed,
    faults: Object.entries(one.faults).map(([field, count]) => ({ field, count })),
    startedAt: startedAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

/** The counts by field with those of one more chunk. */
export function countFaults(
  counted: Readonly<Record<string, number>>,
  faults: readonly RowFault[],
): Record<string, number> {
  const counts = new Map(Object.entries(counted));
  for (const { field } of faults) {
    const name = counts.has(field) || counts.size < MAX_FIELDS ? field : OTHERS;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}
