import { setTimeout as pause } from 'node:timers/promises';
import { newId, Rejected } from '#contracts';
import { crash } from '#crash-points';
import { type Member } from './envelope.js';
import { type Log, type Observe, traceIdOf } from './observe.js';
import { PublishError, type Publisher, type Publishing, type PublishOptions } from './publisher.js';
import { EXCHANGES, TIERS } from './topology.js';

/** `transient`: try again, it had no effect. `doubtful`: try again, it may have had. `defect`: ours. */
export type Verdict = 'transient' | 'doubtful' | 'defect';

/** Why a message is dead that came from somebody who had no business to send it. It can't be sent back. */
export const FORGED = 'forged';

/** A member that could not be handled, and where it came from. */
export interface Failed {
  readonly queue: string;
  readonly source: string;
  /** The message that it came in. */
  readonly content: Buffer;
  readonly member: Member;
  readonly error: unknown;
}

/** With the tiers that they wait in, somewhat more than two hours. */
export const MAX_ATTEMPTS = 20;
/**
 * So often the next shorter tier is taken, from the fourth try on: what failed together does not come back together. Before that, it
 * would use up a try: whatever fails while a database is started again (15 s, say) has failed three times by then, and is back after 30 s.
 */
const SHORTER = { part: 0.2, from: 4 };
const RETRY_MS = 1_000;
/** Of these tries one is told of, the tenth first: that a broker is away is told by others. */
const TOLD = { first: 10, every: 60 };
const MAX_STACK = 4_000;

/** Puts what failed where it waits, or where somebody looks at it. Never back into its queue: that is an endless loop. */
export class Failures {
  private stopped = false;

  constructor(
    private readonly options: {
      readonly service: string;
      readonly publisher: Pick<Publisher, 'publish'>;
      /** What belongs to this queue of ours is not there: somebody has deleted or unbound it. */
      readonly missing: (queue: string) => void;
      readonly log: Log;
      readonly observe: Observe;
    },
  ) {}

  /** True when it waits in safety, and the original may be acknowledged. */
  retry(failed: Failed): Promise<boolean> {
    const { queue, member, source } = failed;
    if (member.attempt >= MAX_ATTEMPTS) return this.bury(failed, 'out_of_tries');
    const body = encode({ ...member, attempt: member.attempt + 1 });
    if (body === undefined) return this.buryRaw(failed, TOO_DEEP);
    this.options.observe('waybill_messages_retried_total', { queue });
    return this.publishSurely(
      message(EXCHANGES.delay, `${queue}.retry.${tierOf(member.attempt, Math.random())}`, body),
      { appId: source },
      queue,
    );
  }

  bury(failed: Failed, reason: string): Promise<boolean> {
    const { queue, source, member, error } = failed;
    const body = encode(member);
    if (body === undefined) return this.buryRaw(failed, TOO_DEEP);
    const { id, type, requestId, traceparent, attempt } = member;
    this.options.log.error(
      { err: error, queue, reason, messageId: id, type, requestId, traceId: traceIdOf(traceparent), attempt },
      'dead letter',
    );
    return this.toDead({ body, queue, source, reason, error, attempt });
  }

  /** What can't even be read goes as it came. */
  buryRaw(
    { content, queue, source }: { content: Buffer; queue: string; source: string },
    reason: string,
  ): Promise<boolean> {
    this.options.log.error({ queue, source, reason, bytes: content.length }, 'dead letter: not a bundle');
    return this.toDead({
      body: content,
      queue,
      source,
      reason: 'malformed',
      error: new Error(reason),
      attempt: 1,
    });
  }

  /** Back into its queue, but each member alone: if one of them kills its process, it is known next time which. */
  async split(
    delivery: { content: Buffer; queue: string; source: string },
    members: readonly Member[],
  ): Promise<boolean> {
    const { queue, source } = delivery;
    const bodies = members.map(encode);
    this.options.log.warn(
      { queue, source, members: members.length },
      'a message that may have killed is split',
    );
    const safe = bodies.map((body) =>
      body === undefined
        ? this.buryRaw(delivery, TOO_DEEP)
        : this.publishSurely(message(EXCHANGES.retry, queue, body), { appId: source }, queue),
    );
    return (await Promise.all(safe)).every(Boolean);
  }

  stop(): void {
    this.stopped = true;
  }

  private toDead(letter: {
    readonly body: string | Buffer;
    readonly queue: string;
    readonly source: string;
    readonly reason: string;
    readonly error: unknown;
    readonly attempt: number;
  }): Promise<boolean> {
    const { queue, source, reason, error, attempt } = letter;
    this.options.observe('waybill_messages_dead_total', { queue, reason });
    const headers = {
      'x-reason': reason,
      'x-queue': queue,
      'x-attempts': attempt,
      'x-error': wordsOf(error),
      'x-stack': error instanceof Error ? (error.stack ?? '').slice(0, MAX_STACK) : '',
      'x-failed-at': new Date().toISOString(),
    };
    return this.publishSurely(message(EXCHANGES.dead, this.options.service, letter.body), {
      appId: source,
      headers,
    });
  }

  private async publishSurely(
    publishing: Publishing,
    options: PublishOptions,
    queue?: string,
  ): Promise<boolean> {
    for (let tries = 1; !this.stopped; tries++) {
      try {
        await this.options.publisher.publish(publishing, options);
        crash?.('failures.kept');
        return true;
      } catch (error) {
        if (queue && error instanceof PublishError && error.failure === 'returned')
          this.options.missing(queue);
        if (tries % TOLD.every === TOLD.first) this.complain(publishing, error);
        await pause(RETRY_MS);
      }
    }
    return false;
  }

  private complain({ exchange, routingKey }: Publishing, error: unknown): void {
    this.options.log.warn(
      { err: error, exchange, routingKey },
      'what failed finds no place to wait in: it is kept in hand, and less is taken meanwhile',
    );
  }
}

const TOO_DEEP = 'nested too deep to be sent on';

/** Nothing, when it is nested so deep that it can be read but not written. */
function encode(member: Member): string | undefined {
  try {
    return JSON.stringify([member]);
  } catch {
    return undefined;
  }
}

function message(exchange: string, routingKey: string, body: string | Buffer): Publishing {
  return { id: newId('msg'), exchange, routingKey, type: routingKey, mandatory: true, body };
}

/** `chance` is from 0 to 1. */
export function tierOf(attempt: number, chance: number): string {
  const longest = Math.min(attempt - 1, TIERS.length - 1);
  const index = attempt >= SHORTER.from && chance < SHORTER.part ? longest - 1 : longest;
  return (TIERS[index] as (typeof TIERS)[number]).name;
}

function wordsOf(error: unknown): string {
  if (error instanceof Rejected)
    return `${error.message} ${JSON.stringify(error.details)}`.slice(0, MAX_STACK);
  return (error instanceof Error ? error.message : String(error)).slice(0, MAX_STACK);
}
