import { setTimeout as pause } from 'node:timers/promises';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { type Contract, newId, Rejected, type ServiceName } from '#contracts';
import { type Answers } from './answers.js';
import { type Connection } from './connection.js';
import { QueueConsumer } from './consumer.js';
import { type HandlerExtras } from './decorators.js';
import { type Message, type Outcome } from './delivery.js';
import { Dispatcher, type Handler } from './dispatcher.js';
import { Failures, type Verdict } from './failures.js';
import { type Identities } from './identity.js';
import { type Log, type Observe } from './observe.js';
import { type Publisher } from './publisher.js';
import { declareQueue, leaveQueue, queuesOf } from './topology.js';
import { sendersFor } from './users.js';

export interface AmqpServerOptions {
  readonly service: ServiceName;
  readonly consuming: Connection;
  readonly publisher: Publisher;
  readonly answers: Answers;
  /** Who asks. */
  readonly identities: Identities;
  /** What an error of a handler means. */
  readonly judge: (error: unknown) => Verdict;
  /** Rejects as long as what handlers need, a database say, is not there. */
  readonly probe: () => Promise<unknown>;
  readonly log: Log;
  readonly observe: Observe;
}

/** Messages in hand, by kind of queue; each has up to 64 members. */
const PREFETCH = { rpc: 256, commands: 64, events: 64 };
/** So many batches in a row that failed for want of a database are an outage: then nothing more is taken. */
const OUTAGE = 3;
const PROBE_MS = { first: 250, most: 2_000 };
const DRAIN_MS = 10_000;

/** The transport of a service, for Nest: handlers by decorator, messages by the rules of docs/adr/0001. */
export class AmqpServer extends Server implements CustomTransportStrategy {
  private consumers: QueueConsumer[] = [];
  private readonly failures: Failures;
  private failedBatches = 0;
  private outage: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly options: AmqpServerOptions) {
    super();
    const missing = (queue: string): void =>
      this.consumers.find((one) => one.queue === queue)?.declareAgain();
    this.failures = new Failures({ ...options, missing });
  }

  get isReady(): boolean {
    return this.consumers.length > 0 && this.consumers.every(({ isSubscribed }) => isSubscribed);
  }

  listen(callback: (error?: unknown) => void): void {
    this.start().then(() => callback(), callback);
  }

  /** Takes no more messages. */
  async stopConsuming(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.consumers.map((consumer) => consumer.pause()));
  }

  /** Resolves when everything in hand is finished and answered, or after ten seconds: then it comes again, elsewhere. */
  async drain(): Promise<void> {
    const late = new AbortController();
    await Promise.race([
      Promise.all(this.consumers.map((consumer) => consumer.drain())).then(() =>
        this.options.answers.close(),
      ),
      pause(DRAIN_MS, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
    this.failures.stop();
  }

  /** Nest calls this; the order of things is the shutdown's. */
  async close(): Promise<void> {
    await this.stopConsuming();
    await this.drain();
  }

  on(): void {
    throw new Error('this transport has no events to listen to');
  }

  unwrap<T>(): T {
    return this.options.consuming as T;
  }

  private async start(): Promise<void> {
    const { service, consuming, answers, identities, judge, log, observe } = this.options;
    const handlers = this.handlers();
    const contracts = handlers.flatMap((handler) => handler.contracts);
    denyByDefault(contracts);
    const dispatcher = new Dispatcher({
      service,
      handlers,
      answers,
      identities,
      senders: sendersFor(service, consuming.user),
      failures: this.failures,
      judge,
      onResult: (worked) => this.note(worked),
      log,
      observe,
    });
    const shared = { replica: newId('msg'), isInCluster: consuming.isToCluster };
    this.consumers = queuesOf(service, contracts).map(
      ({ name, kind }) =>
        new QueueConsumer({
          connection: consuming,
          queue: name,
          prefetch: PREFETCH[kind],
          careful: kind !== 'rpc',
          declare: (channel) => declareQueue(channel, service, { name, kind, ...shared }, contracts),
          outlasts: consuming.isToCluster,
          leave: (channel) => leaveQueue(channel, service, { name, kind, ...shared }),
          receive: dispatcher.receive,
        }),
    );
    for (const consumer of this.consumers) await consumer.start();
  }

  /** Nest knows one handler per pattern; here those of one method are one. */
  private handlers(): Handler[] {
    const known = new Map<readonly Contract[], Handler>();
    for (const [name, handle] of this.messageHandlers) {
      const extras = handle.extras as HandlerExtras | undefined;
      if (!extras?.contracts) throw new Error(`${name} is handled without @Handles, @OnRpc or @OnEvent`);
      const { contracts, takes } = extras;
      known.set(contracts, { contracts, run: takes === 'batch' ? batchOf(handle) : oneByOne(handle) });
    }
    return [...known.values()];
  }

  private note(worked: boolean): void {
    this.failedBatches = worked ? 0 : this.failedBatches + 1;
    if (this.failedBatches < OUTAGE || this.outage || this.stopping) return;
    this.outage = this.waitOut().finally(() => {
      this.outage = undefined;
    });
  }

  /** Else an outage would drain the queues into the retry tiers, and from there into the dead letters. */
  private async waitOut(): Promise<void> {
    const { probe, log, observe } = this.options;
    log.warn(
      { batches: this.failedBatches },
      'what the handlers need is not there: no more messages are taken until it is',
    );
    observe('waybill_consuming_paused', {}, 1);
    await Promise.all(this.consumers.map((consumer) => consumer.pause()));
    for (let waitMs = PROBE_MS.first; !this.stopping; waitMs = Math.min(waitMs * 2, PROBE_MS.most)) {
      await pause(waitMs);
      const isThere = await probe().then(
        () => true,
        () => false,
      );
      if (!isThere) continue;
      if (this.stopping) return;
      this.failedBatches = 0;
      // A connection that goes down right now subscribes again by itself when it is back.
      await Promise.all(this.consumers.map((consumer) => consumer.resume().catch(() => undefined)));
      observe('waybill_consuming_paused', {}, 0);
      log.info({}, 'messages are taken again');
      return;
    }
  }
}

function denyByDefault(contracts: readonly Contract[]): void {
  const undecided = contracts.filter((contract) => contract.kind === 'rpc' && contract.needs === undefined);
  if (undecided.length === 0) return;
  const names = undecided.map(({ name }) => name).join(', ');
  throw new Error(`Nobody has said who may ask ${names}: give its rpc(…) the scopes it needs, or 'open'.`);
}

function batchOf(handle: MessageHandler): Handler['run'] {
  return async (batch) => (await resultOf(handle(batch))) as readonly Outcome[];
}

function oneByOne(handle: MessageHandler): Handler['run'] {
  const run = async (message: Message): Promise<Outcome> => {
    try {
      return { ok: (await resultOf(handle(message.data, message))) ?? null };
    } catch (error) {
      return error instanceof Rejected ? { refused: error } : { failed: error };
    }
  };
  return (batch) => Promise.all(batch.map(run));
}

/** Nest gives the value, or an observable of it when an interceptor or a filter was there. */
async function resultOf(result: ReturnType<MessageHandler>): Promise<unknown> {
  const value: unknown = await result;
  return isObservable(value) ? lastValueFrom(value, { defaultValue: null }) : value;
}
