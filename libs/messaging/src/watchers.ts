import { type ServiceName } from '#contracts';
import { type Answers } from './answers.js';
import { type Connection } from './connection.js';
import { declareExchanges, EXCHANGES } from './topology.js';

/** What a gateway says to every replica of a service: send me notices of these names, for so long. */
export interface Wish {
  readonly replyTo: string;
  readonly names: readonly string[];
  readonly forMs: number;
}

/** Names that are watched at once; who wishes for more gets no word, and finds out by reading. */
const MAX_NAMES = 50_000;
const MAX_MS = 60_000;
const SWEEP_MS = 5_000;
const MAX_ROUTING_KEY = 255;

/**
 * Who wants to hear of what at once, as this replica knows it: nothing is stored, so what nobody watches costs nothing. A
 * new watcher gets an empty notice of the name: what it reads from then on is not overtaken by what it is told. Words can
 * be lost; a watcher has to look for itself now and then.
 */
export class Watchers {
  /** By name: until when to tell whom. */
  private readonly known = new Map<string, Map<string, number>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: {
      readonly service: ServiceName;
      readonly consuming: Connection;
      readonly answers: Pick<Answers, 'notify'>;
    },
  ) {}

  async start(): Promise<void> {
    const { service, consuming } = this.options;
    this.timer = setInterval(() => this.sweep(), SWEEP_MS);
    this.timer.unref();
    await consuming.onOpen(async (model) => {
      await declareExchanges(model, ['watch']);
      const channel = await model.createChannel();
      channel.on('error', () => undefined);
      channel.on('close', () => consuming.renew(model));
      const { queue } = await channel.assertQueue('', {
        exclusive: true,
        durable: false,
        arguments: { 'x-queue-type': 'classic', 'x-max-length': 10_000 },
      });
      await channel.bindQueue(queue, EXCHANGES.watch, service);
      await channel.consume(
        queue,
        (message) => {
          if (message) this.hear(message.content);
          else consuming.renew(model);
        },
        { noAck: true },
      );
    });
  }

  stop(): void {
    clearInterval(this.timer);
  }

  get isIdle(): boolean {
    return this.known.size === 0;
  }

  has(name: string): boolean {
    return this.known.has(name);
  }

  /** To everyone who watches this name. */
  tell(name: string, data: object): void {
    const now = performance.now();
    const watching = [...(this.known.get(name) ?? [])].filter(([, until]) => until > now);
    this.options.answers.notify(watching.map(([replyTo]) => ({ replyTo, name, data })));
  }

  private hear(content: Buffer): void {
    const wish = parseWish(content);
    if (!wish) return;
    const { replyTo, names, forMs } = wish;
    const until = performance.now() + Math.min(forMs, MAX_MS);
    const begun = names.filter((name) => {
      const watching = this.known.get(name) ?? new Map<string, number>();
      if (watching.size === 0 && this.known.size >= MAX_NAMES) return false;
      const isNew = !watching.has(replyTo);
      this.known.set(name, watching.set(replyTo, until));
      return isNew;
    });
    this.options.answers.notify(begun.map((name) => ({ replyTo, name, data: {} })));
  }

  private sweep(): void {
    const now = performance.now();
    for (const [name, watching] of this.known) {
      for (const [replyTo, until] of watching) if (until <= now) watching.delete(replyTo);
      if (watching.size === 0) this.known.delete(name);
    }
  }
}

function parseWish(content: Buffer): Wish | undefined {
  try {
    const wish = JSON.parse(content.toString()) as Partial<Wish> | null;
    const isWish =
      typeof wish?.replyTo === 'string' &&
      // Longer ones AMQP has no place for.
      Buffer.byteLength(wish.replyTo) <= MAX_ROUTING_KEY &&
      typeof wish.forMs === 'number' &&
      Array.isArray(wish.names) &&
      wish.names.every((name) => typeof name === 'string');
    return isWish ? (wish as Wish) : undefined;
  } catch {
    return undefined;
  }
}
