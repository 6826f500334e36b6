import { connect } from 'amqplib';
import { EVENT_LOG, EventLogReader, EXCHANGES, type LogEntry } from '#messaging';

/** What an outbox does after a crash: it publishes the last ones once more, for they may have arrived already. */
export async function publishTwice(url: string, count: number): Promise<void> {
  const ignore = () => undefined;
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const about = { url, name: 'test', log, observe: ignore, prefetch: 100 };
  const reader = await EventLogReader.open({ ...about, from: 'first' });
  const model = await connect(url);
  try {
    const channel = await model.createConfirmChannel();
    const entries: LogEntry[] = await reader.read(5_000);
    for (let more = entries; more.length > 0; entries.push(...more)) more = await reader.read(500);
    expect(entries.length).toBeGreaterThanOrEqual(count);
    for (const { type, source, members } of entries.slice(-count))
      channel.publish(EXCHANGES.log, EVENT_LOG, Buffer.from(JSON.stringify(members)), {
        type,
        appId: source,
      });
    await channel.waitForConfirms();
  } finally {
    await Promise.all([model.close(), reader.close()]);
  }
}
