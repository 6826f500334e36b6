import { type ImportChunk, type ImportLine, MAX_CHUNK_ROWS } from '#contracts';
import { uuidFrom } from '../http/idempotency.js';

/** Characters of one chunk. Even if each of them needs six bytes of JSON it is far from the limit of a message. */
const MAX_CHUNK_LENGTH = 24_576;

export type Chunk = Omit<ImportChunk, 'importId'>;

/** Gathers rows into chunks. The same rows make the same chunks, however their bytes arrived: that is what a resume rests on. */
export class Chunks {
  #rows: ImportLine[] = [];
  #length = 0;
  #count = 0;

  /** Chunks that have been given out. */
  get count(): number {
    return this.#count;
  }

  /** The chunk that had to be closed before this row was taken, if there is one. */
  add(row: ImportLine): Chunk | undefined {
    const length = row.text?.length ?? 0;
    const isFull = this.#rows.length === MAX_CHUNK_ROWS || this.#length + length > MAX_CHUNK_LENGTH;
    const closed = isFull ? this.close() : undefined;
    this.#rows.push(row);
    this.#length += length;
    return closed;
  }

  /** What is gathered; undefined when that is nothing. */
  close(): Chunk | undefined {
    if (this.#rows.length === 0) return undefined;
    const rows = this.#rows;
    this.#rows = [];
    this.#length = 0;
    return { chunk: this.#count++, fingerprint: uuidFrom(JSON.stringify(rows)), rows };
  }
}
