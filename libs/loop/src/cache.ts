import { type Versioned } from './rules.js';

/** Recent states by key, least recently used out first. A stale entry is harmless: the save compares versions. */
export class Cache<S extends Versioned> {
  private readonly entries = new Map<string, S>();

  constructor(private readonly limit: number) {}

  set(key: string, state: S): void {
    this.entries.delete(key);
    this.entries.set(key, state);
    if (this.entries.size > this.limit) this.entries.delete(this.entries.keys().next().value as string);
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  /** False when the key is not cached. */
  copyTo(target: Map<string, S>, key: string): boolean {
    const state = this.entries.get(key);
    if (state === undefined) return false;
    target.set(key, state);
    return true;
  }

  /** True when somebody else has written what we believe to know. */
  isStale(key: string, stored: S | undefined): boolean {
    const state = this.entries.get(key);
    return state !== undefined && state.version !== stored?.version;
  }
}
