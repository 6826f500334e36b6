import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { getTimeline, type OrderSteps, stepsOf, type TimelineEntry } from '#contracts';
import { RpcClient, type Trace } from '#messaging';
import { Workers } from '#service';
import { GatewayConfig } from '../config.js';

/** An order that somebody at this gateway watches. */
interface Watched {
  readonly orderId: string;
  readonly timeline: TimelineEntry[];
  /** With what each of them may ask. */
  readonly hearers: Map<() => void, Trace>;
  readonly unlisten: () => void;
  first: Promise<void> | undefined;
  reading: Promise<void> | undefined;
  /** Something came while it was being read. */
  again: boolean;
  readAt: number;
}

/** The timeline of an order: it grows, in the order of versions, until it is closed. */
export interface OrderWatch {
  readonly timeline: readonly TimelineEntry[];
  close(): void;
}

const RENEW_MS = 5_000;
const WATCH_MS = 3 * RENEW_MS;
/** Words can be lost: this is how late a step is told then. */
const POLL_MS = 15_000;
const NAMES_PER_MESSAGE = 1_000;

/**
 * Follows orders. The order service tells of every step as soon as it is saved; it is asked only at the beginning, when a
 * step is missing, and seldom, in case a word was lost. However many watch an order, it is followed once.
 */
@Injectable()
export class OrderWatches implements OnApplicationBootstrap {
  readonly #watched = new Map<string, Watched>();

  constructor(
    private readonly rpc: RpcClient,
    private readonly config: GatewayConfig,
    private readonly workers: Workers,
  ) {}

  onApplicationBootstrap(): void {
    this.workers.every({ name: 'order watches', intervalMs: RENEW_MS }, () => this.#renew());
  }

  /** Resolves when the timeline is known; rejects when there is no such order, or nobody can tell. */
  async open(orderId: string, trace: Trace, hear: () => void): Promise<OrderWatch> {
    const watched = this.#watched.get(orderId) ?? this.#begin(orderId);
    watched.hearers.set(hear, trace);
    watched.first ??= this.#read(watched);
    const close = (): void => {
      watched.hearers.delete(hear);
      if (watched.hearers.size > 0 || this.#watched.get(orderId) !== watched) return;
      watched.unlisten();
      this.#watched.delete(orderId);
    };
    try {
      await watched.first;
    } catch (error) {
      close();
      throw error;
    }
    return { timeline: watched.timeline, close };
  }

  #begin(orderId: string): Watched {
    const watched: Watched = {
      orderId,
      timeline: [],
      hearers: new Map(),
      unlisten: this.rpc.listen('order', stepsOf(orderId), (notice) => this.#told(watched, notice)),
      first: undefined,
      reading: undefined,
      again: false,
      readAt: 0,
    };
    this.#watched.set(orderId, watched);
    this.#own(this.rpc.watch('order', [stepsOf(orderId)], WATCH_MS));
    return watched;
  }

  #told(watched: Watched, { steps = [] }: OrderSteps): void {
    const last = watched.timeline.at(-1)?.version ?? 0;
    const fresh = steps.filter(({ version }) => version > last);
    const follows = fresh.every(({ version }, i) => version === last + 1 + i);
    if (steps.length === 0 || last === 0 || !follows) this.#own(this.#read(watched));
    else this.#grow(watched, fresh);
  }

  /** One reading at a time: whoever asks meanwhile gets another one, begun afterwards. */
  #read(watched: Watched): Promise<void> {
    if (watched.reading) {
      watched.again = true;
      return watched.reading;
    }
    watched.reading = this.#readUntilQuiet(watched).finally(() => {
      watched.reading = undefined;
    });
    return watched.reading;
  }

  async #readUntilQuiet(watched: Watched): Promise<void> {
    const { orderId, hearers } = watched;
    do {
      // Whoever came last: the keys of others may have been taken out meanwhile.
      const trace = [...hearers.values()].at(-1);
      if (!trace) return;
      watched.again = false;
      watched.readAt = performance.now();
      const { data } = await this.rpc.call(getTimeline, { orderId }, this.config.callOptions(trace));
      const last = watched.timeline.at(-1)?.version ?? 0;
      this.#grow(
        watched,
        data.filter(({ version }) => version > last),
      );
    } while (watched.again);
  }

  #grow({ timeline, hearers }: Watched, fresh: readonly TimelineEntry[]): void {
    if (fresh.length === 0) return;
    timeline.push(...fresh);
    for (const hear of hearers.keys()) hear();
  }

  async #renew(): Promise<void> {
    const names = [...this.#watched.keys()].map(stepsOf);
    for (let at = 0; at < names.length; at += NAMES_PER_MESSAGE) {
      await this.rpc.watch('order', names.slice(at, at + NAMES_PER_MESSAGE), WATCH_MS);
    }
    const before = performance.now() - POLL_MS;
    for (const watched of this.#watched.values()) {
      if (watched.readAt < before) this.#own(this.#read(watched));
    }
  }

  /** The next round does it again. */
  #own(work: Promise<void>): void {
    work.catch(() => undefined);
  }
}
