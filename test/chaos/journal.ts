import { appendFileSync } from 'node:fs';

/** What the driver asks for. */
export const DEEDS = [
  'place',
  'pay',
  'cancel',
  'fulfil',
  'refund',
  'change',
  'capture',
  'void',
  'return',
  'receive',
  'transfer',
] as const;
export type Deed = (typeof DEEDS)[number];

/** One request, with all its repeats. */
export interface Attempt {
  readonly deed: Deed;
  /** What can be found in the books: it names the attempt. */
  readonly ref: string;
  /** Of what came of it, once it was acknowledged: what the answer says that the books have from now on. */
  id?: string;
  /** A final no, with the status and the problem. */
  refused?: string;
  /** It was accepted, and had not come to an end when its client lost patience: it must be there later on. */
  promised?: boolean;
  /** At least one try of it ended without an answer. */
  inDoubt: boolean;
}

/** The driver's own record: written before it asks, and when it has heard. Append only, so that a crash loses nothing. */
export class Journal {
  readonly attempts: Attempt[] = [];
  /** Answers that no fault explains. */
  readonly unexpected: string[] = [];
  private readonly begun = Date.now();

  constructor(private readonly file: string) {}

  begin(deed: Deed, ref: string): Attempt {
    const attempt: Attempt = { deed, ref, inDoubt: false };
    this.attempts.push(attempt);
    this.write({ deed, ref });
    return attempt;
  }

  write(line: object): void {
    appendFileSync(this.file, `${JSON.stringify({ ms: Date.now() - this.begun, ...line })}\n`);
  }
}
