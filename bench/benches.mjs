import { measureBudget } from './contenders/budget.mjs';
import { measureCpu } from './contenders/cpu.mjs';
import { measureHotSku } from './contenders/hot-sku.mjs';
import { measureMillion } from './contenders/million.mjs';
import { measureLatency, measurePlacing, measureReading } from './contenders/orders.mjs';
import { measureOverload } from './contenders/overload.mjs';
import { measureRpc } from './contenders/rpc.mjs';
import { measureBesideSlow } from './contenders/slow-connections.mjs';

/**
 * `isUsual`: run when nothing is named.
 * @typedef {(stage: import('./lib/stage.mjs').Stage, effort: import('./contenders/orders.mjs').Effort) => Promise<import('./contenders/orders.mjs').Outcome>} Measure
 * @type {Readonly<Record<string, { measure: Measure, about: string, isUsual?: true }>>}
 */
export const BENCHES = {
  p1: {
    measure: measurePlacing,
    about:
      'orders placed → confirmed per second, 32 and 128 clients, over one process with one SQL transaction per order; P8 beside it',
    isUsual: true,
  },
  p2: {
    measure: measureLatency,
    about: 'time from POST to confirmed with one client, over one raw round trip through a quorum queue',
    isUsual: true,
  },
  p3: {
    measure: measureRpc,
    about: 'questions through the messaging library over raw amqplib, 16 and 128 callers',
    isUsual: true,
  },
  p4: {
    measure: measureReading,
    about: 'GET /v1/orders/{id}, over the same route of that one process',
    isUsual: true,
  },
  p5: {
    measure: measureMillion,
    about: 'P1 with --orders orders in the tables over P1 with empty tables; rows read per order on both',
  },
  p6: {
    measure: measureHotSku,
    about: 'P1 when every order buys the same SKU, over P1 with 1 000 SKUs',
    isUsual: true,
  },
  p8: { measure: measureCpu, about: 'CPU seconds per 1 000 orders by process, without the contenders of p1' },
  overload: {
    measure: measureOverload,
    about:
      'P11: three times what it can do, in an open loop: how much is confirmed, how long those that are let in take, how soon the rest is refused, and when all is as before',
  },
  slow: {
    measure: measureBesideSlow,
    about: 'orders beside 1 000 connections that are held, over orders alone',
  },
  budget: {
    measure: measureBudget,
    about:
      'what one order costs: messages, transactions, statements, rows, WAL, fsyncs, bytes, CPU, from the counters of the running system',
  },
};
