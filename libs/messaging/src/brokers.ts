import { explain, isHopeless } from './connect-error.js';

/** The nodes of one broker, as RABBITMQ_URL lists them. A comma may also be part of a password. */
export function brokersOf(list: string): string[] {
  return list.trim().split(/,\s*(?=amqps?:)/);
}

/** Why no node can be used. */
export class NoBroker extends Error {
  override readonly name = 'NoBroker';
  /** Trying again can't help. */
  readonly isHopeless: boolean;

  constructor(failures: readonly { readonly url: string; readonly error: unknown }[]) {
    super(failures.map(({ url, error }) => explain(error, url)).join(' '), { cause: failures.at(-1)?.error });
    this.isHopeless = failures.every(({ error }) => isHopeless(error));
  }
}

/**
 * Whose turn it is: from any node on, so that processes spread over all of them, and after one that was used or has failed
 * the next, so that nobody waits for a node that is gone while others are there.
 */
export class Brokers {
  private readonly urls: readonly string[];
  private turn: number;

  constructor(list: string, random: () => number = Math.random) {
    this.urls = brokersOf(list);
    this.turn = Math.floor(random() * this.urls.length);
  }

  get areSeveral(): boolean {
    return this.urls.length > 1;
  }

  /** What the first one that `use` takes gives; each is tried once. Fails with what was wrong with all of them. */
  async first<T>(use: (url: string) => Promise<T>): Promise<T> {
    const failures: { url: string; error: unknown }[] = [];
    for (const _ of this.urls) {
      const url = this.urls[this.turn] as string;
      this.turn = (this.turn + 1) % this.urls.length;
      try {
        return await use(url);
      } catch (error) {
        failures.push({ url, error });
      }
    }
    throw new NoBroker(failures);
  }
}
