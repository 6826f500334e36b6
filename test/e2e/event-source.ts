import { type TimelineEntry } from '#contracts';

export interface Event {
  readonly id: number | null;
  readonly name: string;
  readonly data: TimelineEntry;
}

const DEADLINE_MS = 20_000;

/** Server-sent events as a client would take them. */
export class EventSource {
  readonly events: Event[] = [];
  readonly comments: string[] = [];
  /** Resolves to true when the server ended it in order, to false when the connection broke. */
  readonly ended: Promise<boolean>;
  readonly #closing = new AbortController();
  readonly #waiting = new Set<() => void>();
  #isOver = false;

  private constructor(
    readonly response: Response,
    closing: AbortController,
  ) {
    this.#closing = closing;
    this.ended = this.#read().finally(() => {
      this.#isOver = true;
      this.#wake();
    });
  }

  static async open(url: string, apiKey: string, lastEventId?: number): Promise<EventSource> {
    const closing = new AbortController();
    const response = await fetch(url, {
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
      },
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(150_000)]),
    });
    return new EventSource(response, closing);
  }

  get ids(): (number | null)[] {
    return this.events.filter(({ name }) => name === 'message').map(({ id }) => id);
  }

  close(): void {
    this.#closing.abort();
  }

  /** Resolves when it holds; fails when it does not in time, or never will. */
  async until(what: string, holds: (source: this) => boolean): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!holds(this)) {
      const leftMs = deadline - performance.now();
      if (this.#isOver || leftMs <= 0)
        throw new Error(`never: ${what}; came: ${JSON.stringify(this.events)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  async #read(): Promise<boolean> {
    let text = '';
    try {
      const decoder = new TextDecoder();
      for await (const chunk of this.response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) this.#take(block);
        this.#wake();
      }
      return true;
    } catch {
      return false;
    }
  }

  #take(block: string): void {
    const fields = block.split('\n').map((line) => [line.split(':', 1)[0], line.replace(/^[^:]*: ?/, '')]);
    const of = (name: string) => fields.find(([field]) => field === name)?.[1];
    const [comment, data] = [of(''), of('data')];
    if (comment !== undefined) this.comments.push(comment);
    if (data === undefined) return;
    const id = of('id');
    this.events.push({
      id: id === undefined ? null : Number(id),
      name: of('event') ?? 'message',
      data: JSON.parse(data),
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
