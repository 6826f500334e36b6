import { serve } from '../lib/worker.mjs';
import { openRaw, REPLIES } from './raw-topology.mjs';

/** Answers what it is asked, over raw amqplib: parse, reply, ack. */

const PREFETCH = 256;

/** @type {import('amqplib').ChannelModel | undefined} */
let connection;

serve({
  /** @param {{ url: string, road: import('./raw-topology.mjs').Road }} config */
  async start({ url, road }) {
    const raw = await openRaw(url, road);
    connection = raw.connection;
    const { channel, queue } = raw;
    // Replies need no confirm: a caller that does not get one has its deadline.
    const replies = await connection.createChannel();
    await channel.prefetch(PREFETCH);
    await channel.consume(queue, (message) => {
      if (!message) throw new Error('the broker has cancelled the consumer');
      const { replyTo, correlationId } = message.properties;
      const answer = Buffer.from(JSON.stringify(JSON.parse(message.content.toString())));
      replies.publish(REPLIES, replyTo, answer, { correlationId, contentType: 'application/json' });
      channel.ack(message);
    });
  },
  stop: async () => connection?.close(),
});
