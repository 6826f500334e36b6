import { connect } from 'amqplib';

/**
 * What the raw contenders declare: the names are the bench's own, the arguments those of Waybill.
 * "rpc" is the road of questions (classic queue, transient messages); "quorum" that of commands (quorum queue,
 * persistent messages).
 * @typedef {'rpc' | 'quorum'} Road
 */

export const REQUESTS = 'bench.requests';
export const REPLIES = 'bench.replies';

/** @type {Record<Road, import('amqplib').Options.AssertQueue>} */
const QUEUES = {
  rpc: {
    durable: true,
    arguments: { 'x-queue-type': 'classic', 'x-max-length': 10_000, 'x-overflow': 'reject-publish' },
  },
  quorum: { durable: true, arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 20 } },
};

/** @param {string} url @param {Road} road */
export async function openRaw(url, road) {
  const connection = await connect(url, { noDelay: true, timeout: 10_000 });
  const channel = await connection.createConfirmChannel();
  const queue = `bench.${road}`;
  await channel.assertExchange(REQUESTS, 'direct', { durable: true });
  await channel.assertExchange(REPLIES, 'direct', { durable: true });
  await channel.assertQueue(queue, QUEUES[road]);
  await channel.bindQueue(queue, REQUESTS, queue);
  return { connection, channel, queue };
}
