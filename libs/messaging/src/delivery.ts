import { type BodyOf, type Contract, type Outgoing, type Rejected } from '#contracts';
import { type Tokens } from './identity.js';

/** Who asked, and what led to what: carried from the HTTP request through every message to every log line. */
export interface Trace {
  /** W3C Trace Context level 1, for example 00-<trace id>-<span id>-01. */
  readonly traceparent: string;
  /** `req_…`, one per HTTP request. */
  readonly requestId: string;
  /** What the gateway vouches with for whoever asks, asked for with each question: what takes long outlives a token. Not passed on. */
  readonly tokens?: () => Tokens | Promise<Tokens>;
}

/** One member of a bundle as a handler sees it: parsed and validated. */
export interface Message<N extends string = string, T = unknown> {
  readonly type: N;
  readonly data: T;
  /** The same on every delivery of this message. */
  readonly id: string;
  /** Id of the message or request that caused this one. */
  readonly causationId: string | null;
  /** The service that sent it. */
  readonly source: string;
  readonly trace: Trace;
  /** 1 on the first try. */
  readonly attempt: number;
  /** Of an RPC: the routing key of the caller's reply queue, to which a notice can be sent later. */
  readonly replyTo: string | null;
}

/** `Told<typeof placeOrder | typeof stockReserved>`: the union that a `switch (message.type)` narrows. */
export type Told<C extends Contract> = C extends Contract ? Message<C['name'], BodyOf<C>> : never;

/** What became of one message. An RPC caller gets `ok` or `refused`; `failed` is retried or, of an RPC, answered 503 or 500. */
export type Outcome =
  | { readonly ok: object | null }
  | { readonly refused: Rejected }
  | { readonly failed: unknown };

/** Transient word to a waiting RPC client (see RpcClient.expect): lost when nobody waits any more, which is harmless. */
export interface Notice {
  readonly replyTo: string;
  /** What the client waits for, for example an order id. */
  readonly name: string;
  readonly data: object;
}

/** An outgoing message and the message that caused it. */
export interface Caused {
  readonly message: Outgoing;
  readonly cause: Message;
}

/** What one save sends to one destination, in one AMQP message: its members in `body`, a JSON array. The id is the outbox id. */
export interface Bundle {
  readonly id: string;
  readonly exchange: string;
  readonly routingKey: string;
  /** Of an event the contract's name; commands of several kinds share a message, named after their service. */
  readonly type: string;
  /** False only for events that none of our services needs. */
  readonly mandatory: boolean;
  readonly count: number;
  /** Nobody waits for it: it may go along with others. */
  readonly canWait: boolean;
  readonly body: string;
}
