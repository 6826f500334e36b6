/** One look at the event log. `quietMs`: for so long nothing has come, since the reader was opened or something came last. */
export interface Look {
  readonly begun: Date;
  readonly lastAt: Date | undefined;
  readonly quietMs: number;
}

export interface Known {
  /** Everything that was published before has been read; null as long as that can't be told. */
  readonly asOf: string | null;
  /** There may be a backlog before us. */
  readonly isBehind: boolean;
}

/** Services write to the log side by side, and gather what they write. */
const SPREAD_MS = 1_000;
/** Longer than a broker that is busy lets the next packet of a backlog wait: as the reader of the log reckons with, too. */
const SETTLED_MS = 2_000;

/**
 * Up to when a reader has read. Nothing that came although there was time says that all is read, but not behind a backlog,
 * as there may be when the reader has just been opened: a busy broker takes its time with that.
 */
export function knownAfter({ begun, lastAt, quietMs }: Look, wasBehind: boolean): Known {
  if (lastAt) {
    const asOf = new Date(lastAt.getTime() - SPREAD_MS).toISOString();
    return { asOf, isBehind: begun.getTime() - lastAt.getTime() > SETTLED_MS };
  }
  const isBehind = wasBehind && quietMs < SETTLED_MS;
  return { asOf: isBehind ? null : begun.toISOString(), isBehind };
}
