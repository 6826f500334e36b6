import { measureBacklog } from './contenders/backlog.mjs';
import { measureBreakdown } from './contenders/breakdown.mjs';
import { measureBudget } from './contenders/budget.mjs';
import { measureCpu } from './contenders/cpu.mjs';
import { measureMemory, measureSoak } from './contenders/endurance.mjs';
import { measureFirstOrder } from './contenders/first-order.mjs';
import { measureHotSku } from './contenders/hot-sku.mjs';
import { measureMillion } from './contenders/million.mjs';
import { measureLatency, measurePlacing } from './contenders/orders.mjs';
import { measureOverload } from './contenders/overload.mjs';
import { measurePeers } from './contenders/peers.mjs';
import { measureReading } from './contenders/reading.mjs';
import { measureReplicas } from './contenders/replicas.mjs';
import { measureRpc } from './contenders/rpc.mjs';
import { measureBesideSlow } from './contenders/slow-connections.mjs';
import { measureTails } from './contenders/tails.mjs';

/**
 * `isUsual`: run when nothing is named. `settings`: what it asks of our own PostgreSQL.
 * @typedef {(stage: import('./lib/stage.mjs').Stage, effort: import('./contenders/orders.mjs').Effort) => Promise<import('./contenders/orders.mjs').Outcome>} Measure
 * @type {Readonly<Record<string, { measure: Measure, about: string, isUsual?: true, settings?: import('./lib/servers.mjs').Settings }>>}
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
  p7: {
    measure: measureBacklog,
    about:
      '--backlog orders that have waited for a service to come back, drained, over the steady rate of 128 clients',
  },
  p8: { measure: measureCpu, about: 'CPU seconds per 1 000 orders by process, without the contenders of p1' },
  p9: {
    measure: measureMemory,
    about: 'memory of all Node processes, idle and at the end of --minutes under load',
  },
  p10: {
    measure: measureFirstOrder,
    about:
      'npm start in a fresh clone of what is committed, until its first order is confirmed: with all installs, then prepared',
  },
  overload: {
    measure: measureOverload,
    about:
      'P11: three times what it can do, in an open loop: how much is confirmed, how long those that are let in take, how soon the rest is refused, and when all is as before',
  },
  breakdown: {
    measure: measureBreakdown,
    settings: { track_commit_timestamp: 'on' },
    about: 'P2: where each millisecond of an order goes, with one client, from the times of its commits',
  },
  tails: {
    measure: measureTails,
    about:
      'an open loop with 70 % of the peak: p50, p99 and p99.9, beside that one process with 70 % of its own',
  },
  peers: {
    measure: measurePeers,
    about:
      'the job by all: that one process, and three services over HTTP without a store; ten units for 32 buyers, and a click that comes twice',
  },
  replicas: {
    measure: measureReplicas,
    about: 'one, two and four processes of each kind: nothing is lost, and each does its share',
  },
  slow: {
    measure: measureBesideSlow,
    about: 'orders beside 1 000 connections that are held, over orders alone',
  },
  soak: {
    measure: measureSoak,
    about:
      'load for --minutes: memory has to stay flat, and nothing may be held at the end that was not at the beginning',
  },
  budget: {
    measure: measureBudget,
    settings: { shared_preload_libraries: 'pg_stat_statements' },
    about:
      'what one order costs: messages, transactions, statements, rows, WAL, fsyncs, bytes, CPU, from the counters of the running system',
  },
};
