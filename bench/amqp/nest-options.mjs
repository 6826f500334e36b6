import { Transport } from '@nestjs/microservices';

export const PATTERN = 'echo';

/** Those of Nest's documentation: the queue is not durable, the server does not acknowledge, answers come by direct reply-to. @param {string} url */
export const nestOptions = (url) => ({
  transport: /** @type {Transport.RMQ} */ (Transport.RMQ),
  options: { urls: [url], queue: 'bench.nest', queueOptions: { durable: false } },
});
