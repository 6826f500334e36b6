import { setTimeout as pause } from 'node:timers/promises';
import { type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import { timeOfId } from '#contracts';
import { Connection, type ConnectionOptions } from './connection.js';
import { type Member, parseBundle } from './envelope.js';
import { EVENT_LOG } from './event-log.js';

/** `last`: with the last chunk that was written. `next`: with what is published from now on. A number is an offset. */
export type LogStart = 'first' | 'last' | 'next' | number | Date;

/** A bundle of events of one type, as it was published. Messages of the log hold one or more. */
export interface LogEntry {
  /** The place of its message in the log. Offsets grow; some are left out, and bundles of one message share one. */
  readonly offset: number;
  readonly id: string;
  readonly type: string;
  /** The service that published it. */
  readonly source: string;
  readonly at: Date;
  readonly members: readonly Member[];
  /** Why a message is none of ours: then it has no members. */
  readonly malformed?: string;
}

export interface LogReaderOptions extends ConnectionOptions {
  readonly from: LogStart;
  /** Messages that the broker sends ahead of what has been read. */
  readonly prefetch: number;
}

const CONNECT_MS = 5_000;
/** Of one message of the log: as many as its bytes can hold. */
const MOST_MEMBERS = 10_000;
/** In an empty log nothing comes. */
const FIRST_MS = 500;
/** Longer than a broker that is busy lets the next packet wait. */
const SETTLED_MS = 2_000;

/**
 * Reads the event log in order, as fast as its reader asks. On a connection of its own, for it can keep one busy. It does
 * not mend itself: when the connection or the log is gone, `read` fails, and whoever reads opens another where it stopped.
 */
export class EventLogReader {
  private readonly connection: Connection;
  /** The place of the last message that was read, also when nothing in it was wanted; -1 before the first. */
  position = -1;
  private received: ConsumeMessage[] = [];
  private given: ConsumeMessage | undefined;
  private channel: Channel | undefined;
  private failure: Error | undefined;
  private wake: () => void = () => undefined;

  private constructor(private readonly options: LogReaderOptions) {
    this.connection = new Connection(options);
  }

  static async open(options: LogReaderOptions): Promise<EventLogReader> {
    const reader = new EventLogReader(options);
    try {
      await reader.connection.open(CONNECT_MS);
      reader.connection.onLost(() => reader.fail('the connection to the broker is lost'));
      await reader.connection.onOpen((model) => reader.subscribe(model));
      return reader;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  /** Of what is in the log now; -1 when nothing is. */
  static async lastOffset(options: Omit<LogReaderOptions, 'from'>): Promise<number> {
    const reader = await EventLogReader.open({ ...options, from: 'last' });
    try {
      // The newest chunk comes at once. What comes after it has happened since.
      await reader.read(FIRST_MS);
      return reader.position;
    } finally {
      await reader.close();
    }
  }

  /** Whether the log has a message at that offset or behind it. Undefined when nothing comes: it may be empty, or its broker slow. */
  static async reaches(
    options: Omit<LogReaderOptions, 'from'>,
    offset: number,
  ): Promise<boolean | undefined> {
    const reader = await EventLogReader.open({ ...options, from: 'last' });
    try {
      // The newest chunk, which may come in several pieces.
      for (let before = -2; reader.position > before; ) {
        before = reader.position;
        await reader.read(SETTLED_MS);
        if (reader.position >= offset) return true;
      }
      return reader.position < 0 ? undefined : false;
    } finally {
      await reader.close();
    }
  }

  /** All that has come, in whole messages; nothing when nothing comes for so long. What was given before counts as done. */
  async read(idleMs: number): Promise<LogEntry[]> {
    if (this.given) this.channel?.ack(this.given, true);
    this.given = undefined;
    if (this.received.length === 0 && !this.failure) await this.arrival(idleMs);
    if (this.failure) throw this.failure;
    const messages = this.received;
    this.received = [];
    this.given = messages.at(-1);
    if (this.given) this.position = placeOf(this.given);
    return messages.flatMap(entriesOf).filter(({ offset, at }) => this.isWanted(offset, at));
  }

  async close(): Promise<void> {
    this.fail('it was closed');
    await this.connection.close();
  }

  private async subscribe(model: ChannelModel): Promise<void> {
    if (this.failure) return;
    const channel = await model.createChannel();
    channel.on('error', (error: Error) => this.fail(error.message));
    channel.on('close', () => this.fail('the broker has closed the channel'));
    await channel.prefetch(this.options.prefetch);
    const take = (message: ConsumeMessage | null): void => {
      if (message) this.received.push(message);
      else this.fail('it was deleted, or has moved');
      this.wake();
    };
    const { from } = this.options;
    await channel.consume(EVENT_LOG, take, { arguments: { 'x-stream-offset': offsetOf(from) } });
    this.channel = channel;
  }

  private async arrival(idleMs: number): Promise<void> {
    const over = new AbortController();
    const arrived = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    await Promise.race([arrived, pause(idleMs, undefined, { signal: over.signal }).catch(() => undefined)]);
    over.abort();
    this.wake = () => undefined;
  }

  /** The broker begins with a whole chunk, whose first messages may be older than what was asked for. */
  private isWanted(offset: number, at: Date): boolean {
    const { from } = this.options;
    if (typeof from === 'number') return offset >= from;
    return !(from instanceof Date) || at >= from;
  }

  private fail(why: string): void {
    this.failure ??= new Error(`The event log can't be read: ${why}.`);
    this.wake();
  }
}

function offsetOf(from: LogStart): unknown {
  if (!(from instanceof Date)) return from;
  return { '!': 'timestamp', value: Math.floor(from.getTime() / 1_000) };
}

function placeOf({ properties }: Pick<ConsumeMessage, 'properties'>): number {
  return Number(properties.headers?.['x-stream-offset']);
}

/** The id of a member is that of its bundle, and its number. */
function entriesOf({ content, properties }: ConsumeMessage): LogEntry[] {
  const { messageId, type, appId } = properties;
  const offset = placeOf({ properties });
  const source = String(appId ?? 'unknown');
  const parsed = parseBundle(content, MOST_MEMBERS);
  if ('malformed' in parsed) {
    const id = String(messageId ?? '');
    const about = { offset, source, id, type: String(type ?? ''), at: timeOfId(id) ?? new Date(0) };
    return [{ ...about, members: [], malformed: parsed.malformed }];
  }
  const bundles = Map.groupBy(parsed.members, ({ id }) => id.replace(/\.\d+$/, ''));
  return [...bundles].map(([id, members]) => {
    const at = timeOfId(id) ?? new Date(0);
    return { offset, source, id, type: members[0]?.type ?? '', at, members };
  });
}
