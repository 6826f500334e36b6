import { type Channel } from 'amqplib';
import { Rejected } from '#contracts';
import { crash } from '#crash-points';
import { BUNDLE_LIMITS, pack } from './bundle.js';
import { type Connection } from './connection.js';
import { type Notice, type Outcome } from './delivery.js';
import { type ReplyMember } from './envelope.js';
import { type Log } from './observe.js';
import { declareExchanges, EXCHANGES } from './topology.js';

/** Answers that wait to be sent: more means that there has been no connection for long, and nobody waits for them. */
const MAX_WAITING = 20_000;

/**
 * Sends answers and notices to whoever waits for them: transient, without confirm. Who gets none has a deadline, and a
 * key with which to ask again. Those of one turn of the event loop to one caller share a message.
 */
export class Answers {
  private channel: Channel | undefined;
  private readonly batches = new Map<string, ReplyMember[]>();
  private waiting = 0;

  constructor(
    private readonly connection: Connection,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    await this.connection.onOpen(async (model) => {
      await declareExchanges(model, ['reply']);
      const channel = await model.createChannel();
      channel.on('error', () => undefined);
      channel.on('close', () => {
        if (this.channel !== channel) return;
        this.channel = undefined;
        this.connection.renew(model);
      });
      this.channel = channel;
      this.flush();
    });
  }

  answer(replyTo: string, id: string, outcome: Exclude<Outcome, { readonly failed: unknown }>): void {
    if ('ok' in outcome) this.add(replyTo, { id, ok: outcome.ok });
    else this.add(replyTo, { id, refused: { code: outcome.refused.code, details: outcome.refused.details } });
  }

  readonly notify = (notices: readonly Notice[]): void => {
    for (const { replyTo, name, data } of notices) this.add(replyTo, { notice: name, data });
  };

  /** Resolves when the broker has all that was answered: the goodbye of a connection overtakes what its channels send. */
  async close(): Promise<void> {
    this.flush();
    const { channel } = this;
    this.channel = undefined;
    await channel?.close().catch(() => undefined);
  }

  private add(replyTo: string, reply: ReplyMember): void {
    if (this.waiting >= MAX_WAITING) return;
    this.waiting++;
    const batch = this.batches.get(replyTo);
    if (batch) {
      batch.push(reply);
      return;
    }
    this.batches.set(replyTo, [reply]);
    if (this.batches.size === 1) setImmediate(() => this.flush());
  }

  private flush(): void {
    const { channel } = this;
    // Just connecting again: whoever asks over a connection that is up already gets an answer all the same.
    if (!channel) return;
    const batches = [...this.batches];
    if (batches.length > 0) crash?.('answers.before-send');
    this.batches.clear();
    this.waiting = 0;
    for (const [replyTo, replies] of batches) {
      for (const { id, body } of this.packed(replies)) {
        try {
          channel.publish(EXCHANGES.reply, replyTo, Buffer.from(body), {
            messageId: id,
            type: 'reply',
            userId: this.connection.user,
          });
        } catch {
          // A connection that is just going down: the callers find out by themselves.
          return;
        }
      }
    }
    if (batches.length > 0) crash?.('answers.sent');
  }

  /** An answer that JSON can't write (a BigInt, a cycle) is a defect of its handler: it must not end the process. */
  private packed(replies: readonly ReplyMember[]): ReturnType<typeof pack> {
    try {
      return pack(replies, BUNDLE_LIMITS, (reply) => reply);
    } catch {
      return pack(replies.flatMap(this.writable), BUNDLE_LIMITS, (reply) => reply);
    }
  }

  private readonly writable = (reply: ReplyMember): readonly ReplyMember[] => {
    try {
      JSON.stringify(reply);
      return [reply];
    } catch (error) {
      const name = 'notice' in reply ? reply.notice : reply.id;
      this.log.error({ err: error, answerTo: name }, "an answer can't be written as JSON");
      // Who waits for a notice that does not come asks again.
      return 'notice' in reply ? [] : [{ id: reply.id, refused: { code: 'internal-error', details: {} } }];
    }
  };
}

/** What a caller is told of a failure: nothing of its inside. */
export function refusalFor(mayHaveHappened: boolean, transient: boolean): Rejected {
  if (!transient) return new Rejected('internal-error');
  return new Rejected(mayHaveHappened ? 'outcome-unknown' : 'service-unavailable');
}
