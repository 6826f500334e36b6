import { closedLoop } from '../lib/closed-loop.mjs';
import { serve } from '../lib/worker.mjs';
import { question } from './question.mjs';
import { openRaw, REPLIES, REQUESTS } from './raw-topology.mjs';

/** Asks over raw amqplib: publish mandatory with confirm, wait for the reply on an exclusive queue, ack it. */

/** @type {import('amqplib').ChannelModel} */
let connection;
/** @type {import('amqplib').ConfirmChannel} */
let channel;
let replyTo = '';
let persistent = false;
let requests = '';
let last = 0;
/** @type {Map<string, (answer: unknown) => void>} */
const waiting = new Map();

serve({
  /** @param {{ url: string, road: import('./raw-topology.mjs').Road }} config */
  async start({ url, road }) {
    ({ connection, channel, queue: requests } = await openRaw(url, road));
    persistent = road === 'quorum';
    const replies = await connection.createChannel();
    ({ queue: replyTo } = await replies.assertQueue('', { exclusive: true, autoDelete: true }));
    await replies.bindQueue(replyTo, REPLIES, replyTo);
    await replies.consume(replyTo, (message) => {
      if (!message) throw new Error('the broker has cancelled the consumer');
      const id = message.properties.correlationId;
      waiting.get(id)?.(JSON.parse(message.content.toString()));
      waiting.delete(id);
      replies.ack(message);
    });
  },
  /** @param {import('../lib/closed-loop.mjs').Job} job @param {(open: boolean) => void} window */
  run: (job, window) => closedLoop(job, call, window),
  stop: async () => connection?.close(),
});

async function call() {
  const id = String(++last);
  const asked = question(last);
  const confirmed = new Promise((resolve, reject) => {
    const options = {
      correlationId: id,
      replyTo,
      persistent,
      mandatory: true,
      contentType: 'application/json',
    };
    channel.publish(REQUESTS, requests, Buffer.from(JSON.stringify(asked)), options, (error) =>
      error ? reject(error) : resolve(undefined),
    );
  });
  const [answer] = await Promise.all([new Promise((resolve) => waiting.set(id, resolve)), confirmed]);
  if (answer.orderId !== asked.orderId) throw new Error('another question was answered');
}
