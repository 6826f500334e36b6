import { type Contract, Rejected, type ServiceName, validate } from '#contracts';
import { crash } from '#crash-points';
import { type Answers, refusalFor } from './answers.js';
import { type Delivery, KILLER } from './consumer.js';
import { type Message, type Outcome } from './delivery.js';
import { type Member, messageOf, parseBundle } from './envelope.js';
import { type Failures, FORGED, type Verdict } from './failures.js';
import { denialOf, type Identities, type Identity, onlyReads } from './identity.js';
import { type Log, logged, type Observe } from './observe.js';
import { pingOf } from './ping.js';
import { type Senders, senderOf } from './users.js';

/** A handler, and what it handles. Batches of one handler are formed over all its contracts. */
export interface Handler {
  readonly contracts: readonly Contract[];
  /** One outcome each, in the same order. */
  readonly run: (batch: readonly Message[]) => Promise<readonly Outcome[]>;
}

export interface DispatcherOptions {
  readonly service: ServiceName;
  readonly handlers: readonly Handler[];
  readonly answers: Pick<Answers, 'answer'>;
  readonly identities: Identities;
  readonly senders: Senders;
  readonly failures: Failures;
  readonly judge: (error: unknown) => Verdict;
  /** Told of every batch: whether what it needs, a database say, was there. */
  readonly onResult: (worked: boolean) => void;
  readonly log: Log;
  readonly observe: Observe;
}

interface Route {
  readonly contract: Contract;
  readonly gathering: Gathered;
}

/** What has come for one handler in this turn of the event loop. */
interface Gathered {
  readonly handler: Handler;
  /** It says nothing of what the others need. */
  readonly isPing: boolean;
  entries: Entry[];
}

/** How a member has come. */
interface Arrival {
  readonly delivery: Delivery;
  readonly done: () => void;
  readonly who: Identity | undefined;
}

/** One member on its way through its handler. */
interface Entry {
  readonly contract: Contract;
  readonly member: Member;
  readonly message: Message;
  readonly delivery: Delivery;
  /** The member is done with, for good or in another queue. */
  readonly done: () => void;
}

/**
 * Parses, validates, runs, and decides what becomes of each member: an answer, an acknowledgement, a retry, a dead letter.
 * It never waits for a batch to fill; whatever arrives in one turn of the event loop is handled together.
 */
export class Dispatcher {
  private readonly routes = new Map<string, Route>();

  constructor(private readonly options: DispatcherOptions) {
    const ping = pingHandler(options.service);
    for (const handler of [...options.handlers, ping]) {
      const gathering: Gathered = { handler, isPing: handler === ping, entries: [] };
      for (const contract of handler.contracts) this.routes.set(contract.name, { contract, gathering });
    }
  }

  readonly receive = (delivery: Delivery): void => {
    const { queue, deaths } = delivery;
    if (deaths > 0) this.options.observe('waybill_messages_redelivered_total', { queue });
    const parsed = parseBundle(delivery.content);
    if ('malformed' in parsed) {
      void this.options.failures
        .buryRaw(delivery, parsed.malformed)
        .then((safe) => safe && delivery.finish());
      return;
    }
    const { members } = parsed;
    // Whoever splits a message signs its parts: not what others have forged.
    if (deaths >= KILLER && members.length > 1 && members.every((one) => this.isFromSender(one, delivery))) {
      void this.options.failures.split(delivery, members).then((safe) => safe && delivery.finish());
      return;
    }
    let left = members.length;
    const done = (): void => {
      if (--left === 0) delivery.finish();
    };
    const accept = (who?: Identity): void => {
      for (const member of members) this.accept(member, { delivery, done, who });
    };
    // Commands and events are told by services, and carry no token.
    const who = delivery.token === null ? undefined : this.options.identities.of(delivery.token);
    if (who instanceof Promise) void who.then(accept);
    else accept(who);
  };

  private accept(member: Member, from: Arrival): void {
    const { delivery, done, who } = from;
    const route = this.routes.get(member.type);
    if (!route) {
      this.refuse({ member, delivery, done }, 'unknown_type', new Error(`nobody handles ${member.type}`));
      return;
    }
    const { contract, gathering } = route;
    if (!this.isFromSender(member, delivery)) {
      this.refuseForged({ member, delivery, done }, contract);
      return;
    }
    if (contract.kind === 'rpc' && (member.deadline === undefined || member.deadline <= Date.now())) {
      // Its caller has been told that the outcome is unknown: not carrying it out keeps the truth simple.
      this.options.observe('waybill_rpc_expired_total', { type: member.type });
      done();
      return;
    }
    const denial = contract.kind === 'rpc' ? denialOf(contract, who) : undefined;
    if (denial) {
      this.options.observe('waybill_rpc_refused_total', { type: member.type, reason: denial.code });
      this.refuse({ member, delivery, done }, denial.code, denial);
      return;
    }
    const valid = check(contract, member.data);
    if ('faults' in valid) {
      this.refuse(
        { member, delivery, done },
        'invalid',
        new Rejected('validation-failed', { errors: valid.faults }),
      );
      return;
    }
    const { source, replyTo } = delivery;
    const message = messageOf(member, valid.value, { source, replyTo });
    if (gathering.entries.push({ contract, member, message, delivery, done }) === 1) {
      queueMicrotask(() => void this.run(gathering));
    }
  }

  /** Of a type that nobody handles there is no saying. */
  private isFromSender({ type }: Member, { user }: Delivery): boolean {
    const route = this.routes.get(type);
    return !route || this.options.senders(user, senderOf(route.contract));
  }

  private async run(gathering: Gathered): Promise<void> {
    const { entries, handler, isPing } = gathering;
    gathering.entries = [];
    const outcomes = await this.outcomesOf(handler, entries);
    const { judge, onResult } = this.options;
    const worked = !outcomes.some((outcome) => 'failed' in outcome && judge(outcome.failed) !== 'defect');
    if (!isPing) onResult(worked);
    crash?.('consumer.handled');
    for (const [i, entry] of entries.entries()) this.settle(entry, outcomes[i] as Outcome);
  }

  private async outcomesOf(handler: Handler, entries: readonly Entry[]): Promise<readonly Outcome[]> {
    try {
      const outcomes = await handler.run(entries.map(({ message }) => message));
      if (outcomes.length === entries.length) return outcomes;
      throw new Error(`a handler of ${entries.length} messages gave ${outcomes.length} outcomes`);
    } catch (error) {
      return entries.map(() => (error instanceof Rejected ? { refused: error } : { failed: error }));
    }
  }

  private settle(entry: Entry, outcome: Outcome): void {
    const { contract, member, message, done } = entry;
    const result = 'ok' in outcome ? 'ok' : 'refused' in outcome ? 'refused' : 'failed';
    const { observe, log } = this.options;
    observe('waybill_messages_total', { type: member.type, result });
    log.debug({ ...logged(message), result }, 'handled');
    if (contract.kind === 'rpc') {
      this.answer(entry, outcome);
      done();
    } else if ('ok' in outcome) {
      done();
    } else if ('refused' in outcome) {
      this.refuse(entry, outcome.refused.code, outcome.refused);
    } else {
      this.fail(entry, outcome.failed);
    }
  }

  private answer({ contract, message, delivery }: Entry, outcome: Outcome): void {
    const { answers, judge, log } = this.options;
    const { id, replyTo } = message;
    const isDoubtful = delivery.isRedelivered && contract.kind === 'rpc' && !onlyReads(contract);
    if (!('failed' in outcome)) {
      if (replyTo) answers.answer(replyTo, id, isDoubtful ? inDoubt(outcome) : outcome);
      return;
    }
    const verdict = judge(outcome.failed);
    const about = { err: outcome.failed, ...logged(message) };
    if (verdict === 'defect') log.error(about, 'a request failed');
    else log.warn(about, 'a request failed for now');
    const refused = refusalFor(verdict === 'doubtful' || isDoubtful, verdict !== 'defect');
    if (replyTo) answers.answer(replyTo, id, { refused });
  }

  /** Signed in as somebody who has no business to send this. Only the gateway, as which it poses, could wait for an answer. */
  private refuseForged(entry: Pick<Entry, 'member' | 'delivery' | 'done'>, { kind }: Contract): void {
    const { member, delivery, done } = entry;
    const { content, queue, source, user } = delivery;
    this.options.observe('waybill_messages_forged_total', { queue });
    const error = new Rejected('unauthorized', {
      detail: `${user ?? 'nobody'} does not send ${member.type}`,
    });
    if (kind === 'rpc') {
      this.refuse(entry, FORGED, error);
      return;
    }
    const failed = { content, queue, source, member, error };
    void this.options.failures.bury(failed, FORGED).then((safe) => safe && done());
  }

  /** An expected "no" to what nobody waits for, or what can't be understood: somebody has to look at it. */
  private refuse(entry: Pick<Entry, 'member' | 'delivery' | 'done'>, reason: string, error: Error): void {
    const { member, delivery, done } = entry;
    const { content, queue, source, replyTo } = delivery;
    if (replyTo) {
      const refused = error instanceof Rejected ? error : new Rejected('internal-error');
      this.options.log.warn(
        { err: error, queue, source, messageId: member.id },
        'a request was not understood',
      );
      this.options.answers.answer(replyTo, member.id, { refused });
      done();
      return;
    }
    const failed = { content, queue, source, member, error };
    void this.options.failures.bury(failed, reason).then((safe) => safe && done());
  }

  private fail({ member, message, delivery, done }: Entry, error: unknown): void {
    const { failures, judge, log } = this.options;
    const { content, queue, source } = delivery;
    const failed = { content, queue, source, member, error };
    if (judge(error) === 'defect') {
      void failures.bury(failed, 'defect').then((safe) => safe && done());
      return;
    }
    log.warn({ err: error, queue, ...logged(message) }, 'a message failed, and is tried again later');
    void failures.retry(failed).then((safe) => safe && done());
  }
}

type Answered = Exclude<Outcome, { readonly failed: unknown }>;

/**
 * Of a question that comes again, because its consumer has died: a refusal may be due to what that one has done already,
 * such as a version that is not the expected one any more. So nobody knows.
 */
function inDoubt(outcome: Answered): Answered {
  return 'refused' in outcome ? { refused: refusalFor(true, true) } : outcome;
}

/** Data that is nested deep enough makes class-validator fall over. */
function check({ body }: Contract, data: unknown): ReturnType<typeof validate> {
  try {
    return validate(body, data);
  } catch (error) {
    return { faults: [{ pointer: '', detail: `can't be checked: ${String(error)}` }] };
  }
}

/** Every service that takes questions answers this one. */
function pingHandler(service: ServiceName): Handler {
  return { contracts: [pingOf(service)], run: async (batch) => batch.map(() => ({ ok: {} })) };
}
