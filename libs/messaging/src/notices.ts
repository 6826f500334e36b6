import { type ServiceName } from '#contracts';

/** Word that is expected from a service; undefined when it did not come in time. */
export interface Expected {
  readonly notice: Promise<object | undefined>;
  cancel(): void;
}

interface Listening {
  readonly from: ServiceName;
  readonly hear: (notice: object) => void;
}

/** Who waits for which word, and from whom: one listener for each name. */
export class Notices {
  private readonly listening = new Map<string, Listening>();

  expect(from: ServiceName, name: string, timeoutMs: number): Expected {
    let end: (notice?: object) => void = () => undefined;
    const notice = new Promise<object | undefined>((resolve) => {
      const timer = setTimeout(() => end(), timeoutMs);
      end = (word) => {
        clearTimeout(timer);
        this.listening.delete(name);
        resolve(word);
      };
    });
    this.listening.set(name, { from, hear: end });
    return { notice, cancel: () => end() };
  }

  /** Until the returned function is called. */
  listen(from: ServiceName, name: string, hear: (notice: object) => void): () => void {
    this.listening.set(name, { from, hear });
    return () => void this.listening.delete(name);
  }

  of(name: string): Listening | undefined {
    return this.listening.get(name);
  }
}
