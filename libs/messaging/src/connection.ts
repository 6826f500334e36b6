import { type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type ChannelModel, connect } from 'amqplib';
import { Brokers, brokersOf, type NoBroker } from './brokers.js';
import { explain, isHopeless } from './connect-error.js';
import { cork } from './cork.js';
import { inTime } from './in-time.js';
import { type Log, type Observe } from './observe.js';
import { userIn } from './users.js';

export interface ConnectionOptions {
  /** Of one broker, or of the nodes of a cluster, separated by commas. */
  readonly url: string;
  /** With amqps: whose certificates are believed, in PEM. Without it, those of the authorities that Node knows. */
  readonly ca?: string | undefined;
  /** Shown in the management UI. */
  readonly name: string;
  readonly log: Log;
  readonly observe: Observe;
}

type Opened = (model: ChannelModel) => Promise<void>;

const CLOSE_MS = 5_000;
/** A peer that has been silent for two heartbeats is taken for dead; so is one that does not let us set up all anew in time. */
const ALONE = { connectMs: 5_000, heartbeatS: 10, setUpMs: 30_000 };
/** Where there are others to go to, a node is given up sooner. */
const IN_CLUSTER = { connectMs: 2_000, heartbeatS: 3, setUpMs: 5_000 };
const GOODBYE_MS = 500;
const PAUSE_MS = { first: 100, most: 2_000 };

/**
 * One connection to the broker, kept open: when it is lost it is opened again, and whoever uses it sets up its channels
 * anew. Nothing is buffered meanwhile: what can't be sent fails at once, and its sender knows what that means.
 */
export class Connection {
  private readonly brokers: Brokers;
  /** Who we are to the broker. */
  readonly user: string;
  private readonly users: Opened[] = [];
  private readonly loses: (() => void)[] = [];
  private model: ChannelModel | undefined;
  private reopening: Promise<void> | undefined;
  private closing = false;
  private blockedBy: string | undefined;
  private patienceMs = 0;

  constructor(private readonly options: ConnectionOptions) {
    this.brokers = new Brokers(options.url);
    this.user = userIn(options.url);
  }

  /** Whether it is one of several nodes: then what must outlast a node lives on all of them. */
  get isToCluster(): boolean {
    return this.brokers.areSeveral;
  }

  private get limits(): typeof ALONE {
    return this.isToCluster ? IN_CLUSTER : ALONE;
  }

  get isOpen(): boolean {
    return this.model !== undefined;
  }

  /** Why the broker takes no messages at the moment: an alarm of its memory or disk. */
  get blocked(): string | undefined {
    return this.blockedBy;
  }

  /** Tries until it succeeds or `patienceMs` have passed; at once when trying again can't help, as with a wrong password. */
  async open(patienceMs: number): Promise<void> {
    this.patienceMs = patienceMs;
    const deadline = Date.now() + patienceMs;
    for (let pauseMs = PAUSE_MS.first, told = false; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS.most)) {
      try {
        return await this.connect();
      } catch (error) {
        const failure = error as NoBroker;
        if (failure.isHopeless || Date.now() + pauseMs > deadline) throw error;
        if (!told) this.options.log.warn({ patienceMs }, `${failure.message} Trying again.`);
        told = true;
        await pause(pauseMs);
      }
    }
  }

  /**
   * Runs now, and after every time that the connection was lost. A set-up that fails counts as a loss, the first one too:
   * then this waits for a connection on which it worked, as long as `open` would. At once when that can't help.
   */
  async onOpen(setUp: Opened): Promise<void> {
    this.users.push(setUp);
    const { model } = this;
    try {
      if (model) await inTime(setUp(model), this.limits.setUpMs);
    } catch (error) {
      if (isHopeless(error)) {
        throw new Error(explain(error, brokersOf(this.options.url)[0] ?? ''), { cause: error });
      }
      await this.patiently(model ? this.reopenedAfter(model) : this.reopening, error);
    }
  }

  /** One that the broker has closed together with the last word of its handshake is closed without a word to anybody. */
  private async reopenedAfter(model: ChannelModel): Promise<void> {
    await ended(model);
    this.lost(model);
    await this.reopening;
  }

  /** @throws what came before, when it takes longer than `open` would have waited. */
  private async patiently(work: Promise<void> | undefined, before: unknown): Promise<void> {
    const done = new AbortController();
    const late = pause(this.patienceMs, undefined, { signal: done.signal }).then(() =>
      Promise.reject(before as Error),
    );
    // Whichever comes second has nothing more to say.
    late.catch(() => undefined);
    await Promise.race([work, late]).finally(() => done.abort());
  }

  onLost(tell: () => void): void {
    this.loses.push(tell);
  }

  /** A channel that the broker has closed is a fault like a lost connection, also while the others are made: all is set up anew. */
  renew(model: ChannelModel): void {
    if (!this.closing) void model.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.reopening;
    const { model } = this;
    this.model = undefined;
    // A blocked or dead connection does not answer: the process must end nevertheless.
    const gaveUp = new AbortController();
    await Promise.race([
      model && ended(model),
      pause(CLOSE_MS, undefined, { signal: gaveUp.signal }).catch(() => undefined),
    ]);
    gaveUp.abort();
  }

  private connect(): Promise<void> {
    return this.brokers.first((url) => this.connectTo(url));
  }

  private async connectTo(url: string): Promise<void> {
    const { ca, name, log } = this.options;
    const { connectMs, heartbeatS, setUpMs } = this.limits;
    const model = await connect(withHeartbeat(url, heartbeatS), {
      noDelay: true,
      timeout: connectMs,
      ...(ca !== undefined && { ca }),
      clientProperties: { connection_name: name },
    });
    cork(model);
    model.on('error', (error: Error) =>
      log.warn({ connection: name, err: error }, 'connection to the broker failed'),
    );
    let isOpen = true;
    model.on('close', () => {
      isOpen = false;
      this.lost(model);
    });
    model.on('blocked', (reason: string) => this.block(reason));
    model.on('unblocked', () => this.block(undefined));
    try {
      await inTime(this.setUp(model), setUpMs);
      if (!isOpen) throw new Error('lost while it was set up');
    } catch (error) {
      await leave(model);
      this.tellLost();
      throw error;
    }
    // Only now: a connection that is lost before is the business of whoever is opening it.
    this.model = model;
    log.info({ connection: name, broker: new URL(url).host }, 'connected to the broker');
  }

  private async setUp(model: ChannelModel): Promise<void> {
    for (const setUp of this.users) await setUp(model);
  }

  private lost(model: ChannelModel): void {
    if (this.model !== model) return;
    this.model = undefined;
    this.tellLost();
    if (this.closing) return;
    this.options.observe('waybill_broker_connections_lost_total', { connection: this.options.name });
    this.reopening ??= this.reopen().finally(() => {
      this.reopening = undefined;
    });
  }

  private tellLost(): void {
    if (this.blockedBy !== undefined) this.block(undefined);
    for (const tell of this.loses) tell();
  }

  private async reopen(): Promise<void> {
    for (let pauseMs = PAUSE_MS.first; !this.closing; pauseMs = Math.min(pauseMs * 2, PAUSE_MS.most)) {
      // Jittered, so that not everybody comes back to a broker in the same moment.
      await pause(pauseMs * (0.5 + Math.random() / 2));
      if (this.closing) return;
      try {
        return await this.connect();
      } catch (error) {
        this.options.log.warn({ connection: this.options.name }, (error as NoBroker).message);
      }
    }
  }

  private block(reason: string | undefined): void {
    const { name, log, observe } = this.options;
    this.blockedBy = reason;
    observe('waybill_broker_blocked', { connection: name }, reason ? 1 : 0);
    if (reason)
      log.warn({ connection: name, reason }, 'the broker takes no messages: it has raised an alarm');
    else log.info({ connection: name }, 'the broker takes messages again, or the connection is lost');
  }
}

/** In order, or because the connection is lost just now: then amqplib's own promise stays open. */
function ended(model: ChannelModel): Promise<void> {
  return new Promise((resolve) => {
    model.once('close', () => resolve());
    model.close().catch(() => resolve());
  });
}

/** What amqplib keeps of a connection. */
interface Inside {
  readonly stream: Socket;
  readonly heartbeater?: { clear(): void } | null;
}

/** With a goodbye if there is somebody to answer it. Then nothing that was begun here goes on. */
async function leave(model: ChannelModel): Promise<void> {
  const { stream, heartbeater } = model.connection as unknown as Inside;
  const goodbye = model.close().catch(() => undefined);
  await Promise.race([goodbye, pause(GOODBYE_MS)]);
  stream.destroy();
  // Who has said goodbye before us may not have heard the answer: then amqplib's timers do not know that it is over.
  heartbeater?.clear();
}

function withHeartbeat(url: string, seconds: number): string {
  const changed = new URL(url);
  if (!changed.searchParams.has('heartbeat')) changed.searchParams.set('heartbeat', String(seconds));
  return changed.href;
}
