import { MAX_BODY_BYTES } from './envelope.js';

export interface GatheringOptions {
  /** How long the first one waits for others. */
  readonly ms: number;
  /** Members of one message at most. */
  readonly members: number;
  /** Resolves when the broker has it. */
  readonly send: (body: string) => Promise<void>;
}

/** Bundles that share a message, because nobody waits for them: to the broker one message costs as much as one of them would. */
export class Gathering {
  private bodies: string[] = [];
  private members = 0;
  private bytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private sent: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(private readonly options: GatheringOptions) {}

  get isEmpty(): boolean {
    return this.bodies.length === 0;
  }

  /** Resolves when the broker has what it was sent with. `body`: a JSON array of `count` members. */
  add(body: string, count: number): Promise<void> {
    const bytes = Buffer.byteLength(body);
    const { ms, members } = this.options;
    if (this.bytes + bytes > MAX_BODY_BYTES || this.members + count > members) this.send();
    this.bodies.push(body);
    this.members += count;
    this.bytes += bytes;
    this.timer ??= setTimeout(() => this.send(), ms);
    return this.sent.promise;
  }

  /** What is there, at once. */
  send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.isEmpty) return;
    const { bodies, sent } = this;
    this.bodies = [];
    this.members = 0;
    this.bytes = 0;
    this.sent = Promise.withResolvers();
    // Each is a JSON array: together they are one.
    const body = `[${bodies.map((one) => one.slice(1, -1)).join(',')}]`;
    this.options.send(body).then(sent.resolve, sent.reject);
  }
}
