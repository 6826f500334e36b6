import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Rejected } from '#contracts';
import { Shutdown } from '#service';
import { type ApiRequest } from '../access/auth.guard.js';
import { Callers } from '../access/callers.js';
import { GatewayConfig } from '../config.js';
import { EventStream, isSettled } from './event-stream.client.js';
import { OrderWatches } from './order-watch.client.js';

interface Open {
  readonly request: ApiRequest;
  readonly openedAt: number;
  stream?: EventStream;
  /** Beats in a row that the client left no room for. */
  missed: number;
}

/** Then clients have to connect again, and their keys are looked at again. */
const LONGEST_MS = 3_600_000;
const FAREWELL_MS = 2_000;

/** The event streams that are open: not too many, each with a heartbeat, and none for longer than its key is good. */
@Injectable()
export class EventStreams implements OnApplicationBootstrap {
  readonly #open = new Set<Open>();

  constructor(
    private readonly watches: OrderWatches,
    private readonly callers: Callers,
    private readonly config: GatewayConfig,
    private readonly shutdown: Shutdown,
  ) {}

  onApplicationBootstrap(): void {
    const timer = setInterval(() => this.#beat(), this.config.eventHeartbeatMs);
    timer.unref();
    this.shutdown.on('http', 'event streams', () => {
      clearInterval(timer);
      return this.#sayGoodbye();
    });
  }

  /** Undefined when the client has all there will be. */
  async open(orderId: string, after: number, request: ApiRequest): Promise<EventStream | undefined> {
    const open = this.#takePlace(request);
    try {
      const watch = await this.watches.open(orderId, request.trace, () => open.stream?.wake());
      const { timeline } = watch;
      const last = timeline.at(-1)?.version ?? 0;
      if (after >= last && isSettled(timeline)) {
        watch.close();
        this.#open.delete(open);
        return undefined;
      }
      const stream = new EventStream(timeline, Math.min(after, last));
      open.stream = stream;
      stream.once('close', () => {
        watch.close();
        this.#open.delete(open);
      });
      return stream;
    } catch (error) {
      this.#open.delete(open);
      throw error;
    }
  }

  #takePlace(request: ApiRequest): Open {
    const { eventStreams, eventStreamsPerKey } = this.config;
    if (this.shutdown.begun || this.#open.size >= eventStreams) {
      throw new Rejected('service-unavailable', {
        detail: 'This gateway has no room for another event stream. Read the timeline instead, or try again.',
        retryAfter: 5,
      });
    }
    const own = [...this.#open].filter((open) => open.request.caller === request.caller).length;
    if (own >= eventStreamsPerKey) throw new Rejected('too-many-streams', { limit: eventStreamsPerKey });
    const open = { request, openedAt: performance.now(), missed: 0 };
    this.#open.add(open);
    return open;
  }

  /** Who takes nothing for two beats is told to come again; who does not even take that is cut off. */
  #beat(): void {
    for (const open of this.#open) {
      const { request, stream } = open;
      if (!stream) continue;
      if (!this.#isWelcome(open)) stream.finish('ends here, connect again');
      open.missed = stream.beat() ? 0 : open.missed + 1;
      if (open.missed === 2) stream.finish('too slow, connect again');
      if (open.missed > 2) request.raw.socket.destroy();
    }
  }

  #isWelcome({ request, openedAt }: Open): boolean {
    try {
      const { scopes } = this.callers.find(request.headers.authorization);
      return scopes.has('orders:read') && performance.now() - openedAt < LONGEST_MS;
    } catch {
      return false;
    }
  }

  async #sayGoodbye(): Promise<void> {
    for (const { stream } of this.#open) stream?.finish('the gateway stops, connect again');
    const deadline = performance.now() + FAREWELL_MS;
    while (this.#open.size > 0 && performance.now() < deadline) await pause(20);
    for (const { request } of this.#open) request.raw.socket.destroy();
  }
}
