import { type Outgoing, type Rejected } from '#contracts';
import { type Message, type Notice } from '#messaging';
import { type OutboxRow, type Queryable } from '#persistence';

/** Anything the loop keeps: `version` 1 is the first one saved, and every change adds one. */
export interface Versioned {
  readonly version: number;
}

/** The part of the state that a message can see: what its keys name, as earlier members of the batch have left it. */
export interface Current<S> {
  get(key: string): S | undefined;
}

/** What a message leads to. Everything it causes is here; nothing has happened yet. */
export interface Decision<S, R> {
  /** New states, by key, each one version above what `current` gave (1 when it gave none). Empty: nothing changes. */
  readonly put?: readonly (readonly [key: string, next: S])[];
  /** Rows that are only ever added: history, movements, ledger. Saved in the same statement. */
  readonly append?: readonly R[];
  /** Commands and events, through the outbox. */
  readonly send?: readonly Outgoing[];
  /** What an RPC caller gets. */
  readonly answer?: object;
  /** An expected "no" for the RPC caller. Nothing else in the decision is carried out. */
  readonly refuse?: Rejected;
  /** For clients who wait for this moment; sent after the save, without a guarantee. */
  readonly notify?: readonly Notice[];
  /** Calls to the outside world, started after the save. Their outcome comes back through `Loop.settle`. */
  readonly effects?: readonly Effect[];
}

export interface Effect {
  readonly kind: string;
}

/** A pure set of rules: no I/O, no clock, no randomness. */
export interface Rules<S extends Versioned, R, M extends Message = Message> {
  /** `load` is read from the cache or the database; `fresh` is expected to be new and is only read after a conflict. */
  keys(message: M): { readonly load: readonly string[]; readonly fresh?: readonly string[] };
  /**
   * Keys of the states that a state points to, for messages that cannot name them: who sees the reservation of an order
   * also sees the SKUs of its lines. `Store.load` returns them along with what it was asked for.
   */
  follow?(state: S): readonly string[];
  decide(current: Current<S>, message: M, now: Date): Decision<S, R>;
}

export interface Change<S> {
  readonly key: string;
  /** As it was loaded; undefined when it did not exist. `after.version - before.version` steps lie between. */
  readonly before: S | undefined;
  readonly after: S;
}

/** A row to append, and the message that caused it. */
export interface Appended<R> {
  readonly row: R;
  readonly cause: Message;
}

/** What a batch saves, in one statement, all or nothing. */
export interface Saving<S, R> {
  readonly changes: readonly Change<S>[];
  readonly appended: readonly Appended<R>[];
  /** To be embedded as JSON: see `outboxCtes`. */
  readonly outbox: readonly OutboxRow[];
  /** Outbox ids that the broker has confirmed since the last save: to be deleted. */
  readonly sent: readonly string[];
}

/** The two statements of a service. Both run on a connection with stable plans. */
export interface Store<S extends Versioned, R> {
  /**
   * Sorted by key; with `lock` the rows are locked for update in that order. Missing keys are left out; states that the
   * loaded ones point to (`Rules.follow`) are included.
   */
  load(db: Queryable, keys: readonly string[], lock: boolean): Promise<Map<string, S>>;
  /**
   * Saves everything or throws. Must throw what `classify` calls a conflict (SQLSTATE WB409, raised by `waybill_expect`) when any row's version is
   * not `before.version`, or a unique key of a new row is taken.
   */
  save(db: Queryable, saving: Saving<S, R>): Promise<void>;
}
