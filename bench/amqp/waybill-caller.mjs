import { Breakers, Connection, declareExchanges, Publisher, RpcClient } from '#messaging';
import { closedLoop } from '../lib/closed-loop.mjs';
import { serve } from '../lib/worker.mjs';
import { question } from './question.mjs';
import { echo, silent } from './waybill-contract.mjs';

/** Asks through the client that the gateway asks with. */

const TRACE = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, requestId: 'req_bench' };
const TIMEOUT_MS = 5_000;

/** @type {Connection[]} */
let connections = [];
/** @type {RpcClient} */
let rpc;
let last = 0;

serve({
  /** @param {{ url: string }} config */
  async start({ url }) {
    connections = ['publish', 'consume'].map(
      (use) => new Connection({ url, name: `caller-${use}`, ...silent }),
    );
    for (const connection of connections) await connection.open(10_000);
    const [publishing, consuming] = connections;
    const publisher = new Publisher(publishing, { appId: 'gateway', ...silent });
    await publisher.start(declareExchanges);
    rpc = new RpcClient({
      publisher,
      consuming,
      instance: 'bench',
      ...silent,
      breakers: new Breakers(silent),
    });
    await rpc.start();
  },
  /** @param {import('../lib/closed-loop.mjs').Job} job @param {(open: boolean) => void} window */
  run: (job, window) => closedLoop(job, call, window),
  async stop() {
    rpc?.stop();
    for (const connection of connections) await connection.close();
  },
});

async function call() {
  const asked = question(++last);
  const answer = await rpc.call(echo, asked, { trace: TRACE, timeoutMs: TIMEOUT_MS });
  if (answer.orderId !== asked.orderId) throw new Error('another question was answered');
}
