import { type Scope } from './scope.js';
import { type Class } from './validate.js';

export type ServiceName = 'order' | 'payment' | 'stock';

/** A question with an answer: gateway → service, over `<service>.rpc`. The service is the first word of the name. */
export interface Rpc<N extends string = string, Q extends object = object, A extends object = object> {
  readonly kind: 'rpc';
  readonly name: N;
  readonly service: ServiceName;
  readonly body: Class<Q>;
  readonly answer: Class<A>;
  /** A question of which nobody has said who may ask it keeps its service from starting. */
  readonly needs: Needs | undefined;
}

/** Who may ask: who has any of these scopes, or everyone. */
export type Needs = readonly [Scope, ...Scope[]] | 'open';

/** An order given to the one service named by the first word of the name; answered by facts, never by a reply. */
export interface Command<N extends string = string, T extends object = object> {
  readonly kind: 'command';
  readonly name: N;
  readonly service: ServiceName;
  readonly body: Class<T>;
  /** Nobody waits for what it does: it may be sent a moment later, together with others. */
  readonly canWait: boolean;
}

/** A fact, in the past tense, published by the service that is the first word of the name. */
export interface Event<N extends string = string, T extends object = object> {
  readonly kind: 'event';
  readonly name: N;
  readonly service: ServiceName;
  readonly body: Class<T>;
  /** Our own services that need it. With at least one, an unroutable publish is a failure; with none, anyone may listen. */
  readonly consumers: readonly ServiceName[];
}

// biome-ignore lint/suspicious/noExplicitAny: the one place where contracts of every shape meet.
export type Contract = Rpc<string, any, any> | Command<string, any> | Event<string, any>;

/** The body of a contract: `BodyOf<typeof placeOrder>` is PlaceOrder. */
export type BodyOf<C extends Contract> = C['body'] extends Class<infer T> ? T : never;

/** A message that a decision wants sent. It leaves through the outbox, in the transaction of the decision. */
export interface Outgoing {
  readonly contract: Command | Event;
  readonly data: object;
}

export function rpc<const N extends string, Q extends object, A extends object>(
  name: N,
  body: Class<Q>,
  answer: Class<A>,
  needs?: Needs,
): Rpc<N, Q, A> {
  return { kind: 'rpc', name, service: ownerOf(name), body, answer, needs };
}

export function command<const N extends string, T extends object>(
  name: N,
  body: Class<T>,
  { canWait = false }: { readonly canWait?: boolean } = {},
): Command<N, T> {
  return { kind: 'command', name, service: ownerOf(name), body, canWait };
}

export function event<const N extends string, T extends object>(
  name: N,
  body: Class<T>,
  consumers: readonly ServiceName[] = [],
): Event<N, T> {
  return { kind: 'event', name, service: ownerOf(name), body, consumers };
}

/** Typed by the contract: the data must be what the contract says. */
export function send<T extends object>(contract: Command<string, T> | Event<string, T>, data: T): Outgoing {
  return { contract, data };
}

function ownerOf(name: string): ServiceName {
  const match = /^(order|payment|stock)\.[a-z_]+\.v[1-9]\d*$/.exec(name);
  if (!match) throw new Error(`"${name}" is not a message name: use <service>.<verb or fact>.v<n>`);
  return match[1] as ServiceName;
}
