import { Controller } from '@nestjs/common';
import { type ChunkApplied, type ImportChunk, importChunk, Rejected } from '#contracts';
import { crash } from '#crash-points';
import { localMessage } from '#loop';
import { bundle, type Message, OnRpc, type Trace } from '#messaging';
import { classify, Database, type Tx } from '#persistence';
import { findFingerprint, lockImport, saveChunk } from './import.store.js';
import { applyRows, type ChunkOutcome } from './import-chunk.js';
import { readRows } from './import-row.js';
import { Lane } from './lane.js';
import { itemKey } from './state.js';
import { stockStore } from './stock.store.js';

/** Against a version that another writer has changed, a lock that was not to be had, a product that was just created. */
const MAX_TRIES = 5;

/**
 * Applies chunks of imports, each in one transaction with its rows locked, one at a time: however many imports run, orders
 * keep the connections. What the loop has in its cache of those rows is outdated then; its version compare finds out.
 */
@Controller()
export class ChunkHandlers {
  private readonly lane = new Lane();

  constructor(private readonly database: Database) {}

  @OnRpc(importChunk)
  apply(chunk: ImportChunk, { trace }: Pick<Message, 'trace'>): Promise<ChunkApplied> {
    return this.lane.run(() => this.tryToApply(chunk, trace));
  }

  private async tryToApply(chunk: ImportChunk, trace: Trace): Promise<ChunkApplied> {
    for (let attempt = 1; ; attempt++) {
      try {
        const applied = await this.database.transaction((tx) => this.applyOnce(tx, chunk, trace));
        crash?.('import.committed');
        return applied;
      } catch (error) {
        const kind = classify(error);
        if ((kind !== 'conflict' && kind !== 'transient') || attempt === MAX_TRIES) throw error;
      }
    }
  }

  /** In the order of their numbers: one that is there already changes nothing, nor does one that comes too early. */
  private async applyOnce(tx: Tx, chunk: ImportChunk, trace: Trace): Promise<ChunkApplied> {
    const { importId, fingerprint } = chunk;
    const found = await lockImport(tx, importId);
    if (!found) throw new Rejected('import-not-found');
    const { chunks } = found;
    if (chunk.chunk < chunks) {
      if ((await findFingerprint(tx, importId, chunk.chunk)) === fingerprint) return { chunks };
      throw new Rejected('idempotency-key-reused');
    }
    if (found.finishedAt) throw new Rejected('idempotency-key-reused');
    if (chunk.chunk > chunks) return { chunks };

    const rows = readRows(found, chunk.rows);
    const skus = new Set(rows.flatMap((read) => ('row' in read ? [read.row.sku] : [])));
    const known = await stockStore.load(tx, [...skus].sort().map(itemKey), true);
    const outcome = applyRows(known, rows, this.database.now());
    await this.saveStock(tx, outcome, { importId, trace });
    await saveChunk(tx, found, fingerprint, outcome);
    crash?.('import.before-commit');
    return { chunks: chunks + 1 };
  }

  /** The loop's own statement. Each movement names the row that caused it, so none can be there twice. */
  private async saveStock(
    tx: Tx,
    { changes, rows, send }: ChunkOutcome,
    { importId, trace }: { readonly importId: string; readonly trace: Trace },
  ): Promise<void> {
    if (changes.length === 0) return;
    const from = { source: 'stock', causationId: importId, trace };
    const causeOf = (line: number) => ({
      ...localMessage('import.row', {}, from),
      id: `${importId}.${line}`,
    });
    const appended = rows.map(({ line, row }) => ({ row, cause: causeOf(line) }));
    // Left to the sweeper of the outbox: an import is in no hurry.
    const outbox = bundle(send.map(({ line, message }) => ({ message, cause: causeOf(line) })));
    await stockStore.save(tx, { changes, appended, outbox, sent: [] });
  }
}
