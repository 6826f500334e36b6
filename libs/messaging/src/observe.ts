/** Structured log: fields first, then the message. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Told what happens: `_total` counts, `_seconds` is a duration, all else a level. */
export type Observe = (name: string, labels?: Record<string, string>, value?: number) => void;
