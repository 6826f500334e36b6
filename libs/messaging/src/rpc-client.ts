import { randomBytes } from 'node:crypto';
import { type ConsumeMessage } from 'amqplib';
import { newId, type Rejected, type Rpc, type ServiceName } from '#contracts';
import { crash } from '#crash-points';
import { type CallOutcome } from './breaker.js';
import { type Breakers } from './breakers.js';
import { BUNDLE_LIMITS, pack } from './bundle.js';
import { type Connection } from './connection.js';
import { IDENTITY_HEADER } from './identity.js';
import { type Expected, Notices } from './notices.js';
import { type Observe } from './observe.js';
import { pingOf } from './ping.js';
import { PublishError, type Publisher } from './publisher.js';
import { type AnswerMember, parseReplies, type Refused, rejectedOf } from './replies.js';
import { type Call, type CallOptions, memberOf } from './rpc-call.js';
import { DETAILS, unavailable, unknown } from './rpc-refusals.js';
import { declareExchanges, EXCHANGES } from './topology.js';
import { type Senders, sendersFor } from './users.js';
import { type Wish } from './watchers.js';

const SWEEP_MS = 20;
const NO_TRACE = `00-${'0'.repeat(31)}1-${'0'.repeat(15)}1-00`;
const MAX_IN_FLIGHT = 10_000;

/**
 * Asks services and gets their answers. Calls that are made in one turn of the event loop to one service share a
 * message. A call ends in one of three ways: with its answer, with a refusal, or with what is known of its fate:
 * `service-unavailable`: it has had no effect; `outcome-unknown`: it may have had.
 */
export class RpcClient {
  /** Unguessable: who knows it can answer. The same after a reconnect, so that notices still find us. */
  private readonly replyTo: string;
  private readonly waiting = new Map<string, Call>();
  private readonly notices = new Notices();
  private readonly senders: Senders;
  private readonly timer: NodeJS.Timeout;
  private answered: (ms: number) => void = () => undefined;
  private batch: Call[] = [];
  private listening = false;

  constructor(
    private readonly options: {
      readonly publisher: Publisher;
      readonly consuming: Connection;
      readonly instance: string;
      readonly observe: Observe;
      readonly breakers: Breakers;
    },
  ) {
    this.replyTo = `${options.instance}.${randomBytes(12).toString('base64url')}`;
    this.senders = sendersFor('gateway', options.consuming.user);
    this.timer = setInterval(() => this.sweep(), SWEEP_MS);
    this.timer.unref();
  }

  async start(): Promise<void> {
    const { consuming } = this.options;
    consuming.onLost(() => this.lost());
    await consuming.onOpen(async (model) => {
      await declareExchanges(model, ['reply']);
      const channel = await model.createChannel();
      channel.on('error', () => undefined);
      channel.on('close', () => consuming.renew(model));
      const { queue } = await channel.assertQueue('', {
        exclusive: true,
        durable: false,
        arguments: { 'x-queue-type': 'classic' },
      });
      await channel.bindQueue(queue, EXCHANGES.reply, this.replyTo);
      const receive = (message: ConsumeMessage | null): void => {
        if (message) this.receive(message);
        else consuming.renew(model);
      };
      await channel.consume(queue, receive, { noAck: true });
      this.listening = true;
    });
  }

  get isReady(): boolean {
    return this.listening && this.options.publisher.isReady;
  }

  get inFlight(): number {
    return this.waiting.size + this.batch.length;
  }

  private get obstacle(): 'unsent' | 'full' | undefined {
    if (!this.isReady) return 'unsent';
    return this.inFlight >= MAX_IN_FLIGHT ? 'full' : undefined;
  }

  /** From now on `tell` hears how long every answer took. */
  onAnswer(tell: (ms: number) => void): void {
    this.answered = tell;
  }

  call<Q extends object, A extends object>(
    contract: Rpc<string, Q, A>,
    data: Q,
    options: CallOptions,
  ): Promise<A> {
    const tokens = options.trace.tokens?.();
    if (!(tokens instanceof Promise))
      return this.enter(contract, data, { ...options, token: tokens?.[contract.service] });
    return tokens.then((signed) =>
      this.enter(contract, data, { ...options, token: signed[contract.service] }),
    );
  }

  private enter<Q extends object, A extends object>(
    contract: Rpc<string, Q, A>,
    data: Q,
    options: CallOptions & Pick<Call, 'token'>,
  ): Promise<A> {
    const { obstacle } = this;
    if (obstacle) return Promise.reject(unavailable(contract, DETAILS[obstacle]));
    const { breakers } = this.options;
    const begunAt = performance.now();
    const pass = breakers.enter(contract.service, begunAt);
    if (pass) return this.enqueue(contract, data, { ...options, begunAt, pass });
    const retryAfter = breakers.retryAfter(contract.service, begunAt);
    return Promise.reject(unavailable(contract, DETAILS.resting, retryAfter));
  }

  private enqueue<Q extends object, A extends object>(
    contract: Rpc<string, Q, A>,
    data: Q,
    { trace, timeoutMs, token, begunAt, pass }: CallOptions & Pick<Call, 'token' | 'begunAt' | 'pass'>,
  ): Promise<A> {
    return new Promise<A>((resolve, reject) => {
      if (
        this.batch.push({
          contract,
          data,
          trace,
          token,
          begunAt,
          expiresAt: begunAt + timeoutMs,
          pass,
          deadline: Date.now() + timeoutMs,
          resolve: resolve as (answer: object) => void,
          reject,
        }) === 1
      ) {
        // After all sockets that are readable now have been read: their requests share a message.
        setImmediate(() => this.flush());
      }
    });
  }

  /** Resolves when any instance of the service answers. */
  async ping(service: ServiceName, timeoutMs: number): Promise<void> {
    const trace = { traceparent: NO_TRACE, requestId: 'ping' };
    const contract = pingOf(service);
    const { obstacle } = this;
    if (obstacle) throw unavailable(contract, DETAILS[obstacle]);
    // Past the breaker: who asks wants to know how the service is now.
    const call = { trace, timeoutMs, token: undefined, begunAt: performance.now(), pass: undefined };
    await this.enqueue(contract, {}, call);
  }

  /** One notice of this name. Register before the call that leads to it: the notice may overtake the answer. */
  expect(from: ServiceName, name: string, timeoutMs: number): Expected {
    return this.notices.expect(from, name, timeoutMs);
  }

  /** Every notice of this name, until the returned function is called. It is `watch` that makes services send them. */
  listen(from: ServiceName, name: string, hear: (notice: object) => void): () => void {
    return this.notices.listen(from, name, hear);
  }

  /** Every replica of the service sends notices of these names for so long. A replica that starts later does so when told again. */
  watch(service: ServiceName, names: readonly string[], forMs: number): Promise<void> {
    const body = JSON.stringify({ replyTo: this.replyTo, names, forMs } satisfies Wish);
    const watch = { exchange: EXCHANGES.watch, routingKey: service, type: 'watch', mandatory: false, body };
    return this.options.publisher.publish({ id: newId('msg'), ...watch }, { expiresMs: forMs });
  }

  stop(): void {
    clearInterval(this.timer);
    this.lost();
    for (const { contract, reject } of this.batch.splice(0)) reject(unavailable(contract, DETAILS.unsent));
  }

  private flush(): void {
    crash?.('rpc.before-send');
    const { batch } = this;
    this.batch = [];
    // A token is for one service, so what shares one shares both caller and service.
    for (const calls of Map.groupBy(batch, (call) => call.token ?? call.contract.service).values()) {
      for (const { id, body, packed } of pack(calls, BUNDLE_LIMITS, memberOf)) {
        for (const [i, call] of packed.entries()) this.waiting.set(`${id}.${i}`, call);
        void this.send({ id, body }, packed);
      }
    }
  }

  private async send(
    { id, body }: { readonly id: string; readonly body: string },
    calls: readonly Call[],
  ): Promise<void> {
    const [first] = calls as [Call];
    const { token } = first;
    const { service } = first.contract;
    const headers = token === undefined ? {} : { [IDENTITY_HEADER]: token };
    const now = performance.now();
    const expiresMs = Math.max(1, Math.round(Math.max(...calls.map(({ expiresAt }) => expiresAt - now))));
    const { replyTo } = this;
    try {
      const confirmed = this.options.publisher.publish(
        { id, exchange: EXCHANGES.rpc, routingKey: service, type: `${service}.rpc`, mandatory: true, body },
        { replyTo, expiresMs, headers },
      );
      crash?.('rpc.sent');
      await confirmed;
    } catch (error) {
      for (const i of calls.keys()) this.fail(`${id}.${i}`, error);
    }
  }

  private fail(id: string, error: unknown): void {
    const call = this.take(id, 'void', performance.now());
    if (!call) return;
    if (error instanceof PublishError && error.failure !== 'unknown') {
      call.reject(unavailable(call.contract, DETAILS[error.failure]));
    } else {
      call.reject(unknown(call.contract));
    }
  }

  /** From whomever: only the one that was asked is believed. */
  private receive({ content, properties }: ConsumeMessage): void {
    const now = performance.now();
    const isFrom = (service: ServiceName): boolean => {
      const isSender = this.senders(properties.userId ?? null, service);
      if (!isSender) this.options.observe('waybill_rpc_forged_replies_total');
      return isSender;
    };
    for (const reply of parseReplies(content)) {
      if ('notice' in reply) {
        crash?.('rpc.noticed');
        const listening = this.notices.of(reply.notice);
        if (listening && isFrom(listening.from)) listening.hear(reply.data);
        continue;
      }
      crash?.('rpc.answered');
      const call = this.waiting.get(reply.id);
      if (!call) this.options.observe('waybill_rpc_late_replies_total');
      else if (isFrom(call.contract.service)) this.settle(reply, call, now);
    }
  }

  private settle(reply: AnswerMember, call: Call, nowMs: number): void {
    this.take(reply.id, 'answered', nowMs);
    if ('ok' in reply) call.resolve(reply.ok as object);
    else call.reject(this.refusalOf(reply.refused, call.contract));
  }

  /** A service that does not believe us is no fault of our client, and has done nothing. */
  private refusalOf(refused: Refused, contract: Rpc): Rejected {
    if (refused.code !== 'unauthorized') return rejectedOf(refused);
    this.options.observe('waybill_rpc_unauthorized_total', { service: contract.service });
    return unavailable(contract, DETAILS.unbelieved);
  }

  private take(id: string, outcome: CallOutcome, nowMs: number): Call | undefined {
    const call = this.waiting.get(id);
    this.waiting.delete(id);
    if (call) this.tell(call, outcome, nowMs);
    return call;
  }

  private tell({ contract, begunAt, expiresAt, pass }: Call, outcome: CallOutcome, nowMs: number): void {
    if (!pass) return;
    this.options.breakers.leave(contract.service, { pass, begunAt, expiresAt, outcome }, nowMs);
    if (outcome === 'answered') this.answered(nowMs - begunAt);
  }

  private sweep(): void {
    const now = performance.now();
    for (const [id, call] of this.waiting) {
      if (call.expiresAt > now) continue;
      this.take(id, 'failed', now);
      this.options.observe('waybill_rpc_timeouts_total', { service: call.contract.service });
      call.reject(unknown(call.contract));
    }
  }

  /** No answer can reach us any more. */
  private lost(): void {
    this.listening = false;
    const calls = [...this.waiting.values()];
    this.waiting.clear();
    const now = performance.now();
    for (const call of calls) {
      this.tell(call, 'void', now);
      call.reject(unknown(call.contract));
    }
  }
}
