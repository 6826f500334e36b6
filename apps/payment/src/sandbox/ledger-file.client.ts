import { type FileHandle, open, readFile, truncate } from 'node:fs/promises';
import { type Movement, type Operation, type Period } from '../provider.js';

/** One line of the sandbox's own books: independent of ours, and what ours are compared with. */
export interface Entry {
  readonly key: string;
  readonly operation: Operation;
  readonly paymentId: string;
  readonly outcome: 'ok' | 'declined';
  readonly code?: string;
  readonly chargeId: string;
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
  readonly at: string;
}

interface Pending {
  readonly line: string;
  readonly written: () => void;
  readonly failed: (error: unknown) => void;
}

/** Append only. Lines that arrive while the disk is busy are written and synced together. */
export class LedgerFile {
  private pending: Pending[] = [];
  private writing: Promise<void> | undefined;

  private constructor(
    private readonly file: FileHandle,
    private readonly path: string,
  ) {}

  static async open(path: string): Promise<LedgerFile> {
    return new LedgerFile(await open(path, 'a', 0o600), path);
  }

  /** Resolves when the line is on the disk. */
  append(entry: object): Promise<void> {
    return new Promise((written, failed) => {
      this.pending.push({ line: `${JSON.stringify(entry)}\n`, written, failed });
      this.writing ??= this.write();
    });
  }

  read(): Promise<Entry[]> {
    return readLedger(this.path);
  }

  async close(): Promise<void> {
    while (this.writing) await this.writing;
    await this.file.close();
  }

  private async write(): Promise<void> {
    while (this.pending.length > 0) {
      const batch = this.pending;
      this.pending = [];
      try {
        await this.file.appendFile(batch.map(({ line }) => line).join(''));
        await this.file.datasync();
        for (const { written } of batch) written();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.writing = undefined;
  }
}

/** Each line of such a file. One that was cut off by a crash is left out. */
export async function readLines<T>(path: string): Promise<T[]> {
  return (await readWholeLines(path)).lines.map((line) => JSON.parse(line) as T);
}

/** One entry per key: replicas that share a file may each have written it. */
export async function readLedger(path: string): Promise<Entry[]> {
  const byKey = new Map<string, Entry>();
  for (const entry of await readLines<Entry>(path)) {
    if (!byKey.has(entry.key)) byKey.set(entry.key, entry);
  }
  return [...byKey.values()];
}

/** The lines that moved money. */
export function movementsIn(entries: readonly Entry[], { from, to }: Period): Movement[] {
  const found: Movement[] = [];
  for (const { operation, outcome, paymentId, key, amount, currency, at: time } of entries) {
    const at = new Date(time);
    if (outcome !== 'ok' || at < from || at >= to) continue;
    if (operation === 'capture' || operation === 'refund') {
      found.push({ paymentId, operation, key, amount, currency, at });
    }
  }
  return found;
}

/** Cuts off what a crash left of the last line: nobody was told that it happened. For the only writer of the file. */
export async function repairLedger(path: string): Promise<void> {
  const { length, total } = await readWholeLines(path);
  if (length < total) await truncate(path, length);
}

async function readWholeLines(path: string): Promise<{ lines: string[]; length: number; total: number }> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const length = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes
    .subarray(0, length)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  return { lines, length, total: bytes.length };
}
