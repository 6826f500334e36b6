const NOTHING = Buffer.alloc(0);

/** How long the frame is that these bytes begin with; undefined while that can't be told. `index`: frames before it. */
export type LengthOf = (bytes: Buffer, index: number) => number | undefined;

/** Cuts a stream of bytes into the frames of its protocol. */
export class Frames {
  private rest: Buffer = NOTHING;
  private count = 0;

  constructor(private readonly lengthOf: LengthOf) {}

  /** Those that are complete now. */
  take(bytes: Buffer): Buffer[] {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    const frames: Buffer[] = [];
    for (;;) {
      const length = this.lengthOf(this.rest, this.count);
      if (length === undefined || this.rest.length < length) return frames;
      frames.push(this.rest.subarray(0, length));
      this.rest = this.rest.subarray(length);
      this.count++;
    }
  }
}
