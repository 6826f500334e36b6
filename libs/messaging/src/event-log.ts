import { type ChannelModel } from 'amqplib';
import { type Log } from './observe.js';
import { declareExchanges, EXCHANGES } from './topology.js';

/** The stream that keeps every event, as it was published. Its readers take nothing away. */
export const EVENT_LOG = 'waybill.event-log';

export interface EventLogLimits {
  readonly days: number;
  readonly bytes: number;
}

/** Unless somebody says otherwise. */
export const EVENT_LOG_LIMITS: EventLogLimits = { days: 30, bytes: 20_000_000_000 };

/** The log grows and is cut off in files of this size. */
const SEGMENT_BYTES = 64 * 1_024 * 1_024;

export function eventLogArguments({ days, bytes }: EventLogLimits): Record<string, string | number> {
  return {
    'x-queue-type': 'stream',
    'x-max-age': `${days}D`,
    'x-max-length-bytes': bytes,
    'x-stream-max-segment-size-bytes': SEGMENT_BYTES,
  };
}

/** For a user that may not make it: whether it is there. */
export async function findEventLog(model: ChannelModel): Promise<void> {
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  await channel.checkQueue(EVENT_LOG);
  await channel.close();
}

/**
 * The limits of a log that is there already are left as they are: the broker takes no others, and what it keeps is worth
 * more than what a variable says. On channels of its own, for a refusal closes them.
 */
export async function declareEventLog(model: ChannelModel, limits: EventLogLimits, log: Log): Promise<void> {
  const asserting = await model.createChannel();
  asserting.on('error', () => undefined);
  try {
    await asserting.assertQueue(EVENT_LOG, {
      durable: true,
      exclusive: false,
      autoDelete: false,
      arguments: eventLogArguments(limits),
    });
    await asserting.close();
  } catch (error) {
    if (!isOtherwise(error)) throw error;
    log.warn(
      { stream: EVENT_LOG, ...limits },
      'the event log keeps the limits it was made with: see docs/how-to/event-log.md for how to change them',
    );
  }
  await declareExchanges(model, ['log']);
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  await channel.bindQueue(EVENT_LOG, EXCHANGES.log, EVENT_LOG);
  await channel.close();
}

/** 406: it is there with other arguments. */
function isOtherwise(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 406;
}
