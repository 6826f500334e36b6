import { Logger } from '@nestjs/common';
import { ClientProxyFactory } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import { closedLoop } from '../lib/closed-loop.mjs';
import { serve } from '../lib/worker.mjs';
import { nestOptions, PATTERN } from './nest-options.mjs';
import { question } from './question.mjs';

/** Asks through the client that Nest brings for RabbitMQ. */

/** @type {import('@nestjs/microservices').ClientProxy} */
let client;
let last = 0;

serve({
  /** @param {{ url: string }} config */
  async start({ url }) {
    Logger.overrideLogger(['error']);
    client = ClientProxyFactory.create(nestOptions(url));
    await client.connect();
  },
  /** @param {import('../lib/closed-loop.mjs').Job} job @param {(open: boolean) => void} window */
  run: (job, window) => closedLoop(job, call, window),
  stop: async () => client?.close(),
});

async function call() {
  const asked = question(++last);
  const answer = await firstValueFrom(client.send(PATTERN, asked));
  if (answer.orderId !== asked.orderId) throw new Error('another question was answered');
}
