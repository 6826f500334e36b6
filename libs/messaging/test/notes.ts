import { type Log, type Observe } from '../src/index.js';

/** Everything that was logged and counted. */
export class Notes {
  readonly words: string[] = [];
  private readonly observed: { readonly name: string; readonly value: number }[] = [];

  readonly log: Log = {
    debug: () => undefined,
    info: (_, words) => void this.words.push(words),
    warn: (_, words) => void this.words.push(words),
    error: (_, words) => void this.words.push(words),
  };

  readonly observe: Observe = (name, _, value = 1) => void this.observed.push({ name, value });

  times(said: string): number {
    return this.words.filter((words) => words === said).length;
  }

  count(name: string): number {
    return this.observed.filter((note) => note.name === name).length;
  }

  /** Of what is a level, the last one. */
  level(name: string): number | undefined {
    return this.observed.findLast((note) => note.name === name)?.value;
  }
}
