import { isUtf8 } from 'node:buffer';
import { type ImportLine, MAX_ROW_BYTES } from '#contracts';

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const BOM = Buffer.from('\ufeff');
const UNCLOSED = 'has a quotation mark that is not closed';
const TOO_LONG = `is longer than ${MAX_ROW_BYTES} bytes`;

interface Row {
  readonly line: number;
  /** Where the next one begins. */
  readonly end: number;
  readonly text?: string;
  readonly fault?: string;
}

/**
 * Cuts bytes, however they arrive, into the rows of a file: at line feeds, of CSV at those outside quotation marks. It
 * holds no more than one row. One that grows too long is a row with a fault, and the next one begins on the next line:
 * a missing quotation mark costs a line, not the rest of the file.
 */
export class Records {
  #left: Buffer = Buffer.alloc(0);
  /** Number of the line at which `#left` begins. */
  #line = 1;
  /** In the rest of a line that has been refused as too long. */
  #skipping = false;
  #isFirst = true;

  constructor(private readonly quotes: boolean) {}

  /** The rows that are complete now. Empty lines are counted, but they are no rows. */
  *push(bytes: Buffer): Generator<ImportLine> {
    this.#left = this.#left.length === 0 ? bytes : Buffer.concat([this.#left, bytes]);
    if (this.#isFirst && !this.#dropBom()) return;
    yield* this.#cut(false);
  }

  /** What is left when the file ends: its last row needs no line feed. */
  *end(): Generator<ImportLine> {
    yield* this.#cut(true);
  }

  #dropBom(): boolean {
    if (this.#left.length < BOM.length) return false;
    this.#isFirst = false;
    if (this.#left.subarray(0, BOM.length).equals(BOM)) this.#left = this.#left.subarray(BOM.length);
    return true;
  }

  *#cut(isEnd: boolean): Generator<ImportLine> {
    let start = 0;
    while (start < this.#left.length) {
      const row = this.#next(start, isEnd);
      if (!row) break;
      start = row.end;
      const { line } = row;
      if (row.fault !== undefined) yield { line, fault: row.fault };
      else if (row.text !== undefined && row.text !== '') yield { line, text: row.text };
    }
    this.#left = this.#left.subarray(start);
  }

  /** The row at `start`; undefined when its end has not come yet. */
  #next(start: number, isEnd: boolean): Row | undefined {
    const bytes = this.#left;
    const line = this.#line;
    const feed = bytes.indexOf(LINE_FEED, start);
    if (this.#skipping) return { line, end: this.#skipLine(feed) };
    const { end, lines, isQuoted } = this.quotes
      ? closing(bytes, start)
      : { end: feed, lines: 1, isQuoted: false };
    const stop = end < 0 ? bytes.length : end;
    if (stop - start > MAX_ROW_BYTES) {
      const fault = isQuoted ? `${TOO_LONG}: is a quotation mark missing?` : TOO_LONG;
      return { line, end: this.#skipLine(feed), fault };
    }
    if (end < 0 && !isEnd) return undefined;
    if (end < 0 && feed >= 0) return { line, end: this.#skipLine(feed), fault: UNCLOSED };
    this.#line += lines;
    const row = bytes.subarray(start, stop > start && bytes[stop - 1] === RETURN ? stop - 1 : stop);
    const next = { line, end: end < 0 ? bytes.length : end + 1 };
    return isUtf8(row) ? { ...next, text: row.toString() } : { ...next, fault: 'is not valid UTF-8' };
  }

  /** Only this line is given up: the one after it may be right again. Returns where it begins. */
  #skipLine(feed: number): number {
    this.#skipping = feed < 0;
    if (feed < 0) return this.#left.length;
    this.#line++;
    return feed + 1;
  }
}

/** The line feed that ends a row of CSV: the first one after an even number of quotation marks. */
function closing(bytes: Buffer, start: number): { end: number; lines: number; isQuoted: boolean } {
  const until = Math.min(bytes.length, start + MAX_ROW_BYTES + 1);
  let isQuoted = false;
  let lines = 1;
  for (let at = start; at < until; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isQuoted = !isQuoted;
    if (byte !== LINE_FEED) continue;
    if (!isQuoted) return { end: at, lines, isQuoted };
    lines++;
  }
  return { end: -1, lines, isQuoted };
}
