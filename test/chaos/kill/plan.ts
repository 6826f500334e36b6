import { type CrashPoint } from '#crash-points';
import { type ProcessName } from '#testing';
import { type PathName } from './path-names.js';
import { type Cell } from './victim.js';

export interface Round {
  readonly path: PathName;
  readonly cells: readonly Cell[];
}

type Planned = Partial<Record<ProcessName, CrashPoint | `${CrashPoint}:${number}`>>;

/**
 * Every point once, on a path that reaches it; as many processes die on one path as have nothing to do with each other.
 * A gateway that comes back asks the services whether they are there: beside it only points that no question passes.
 */
const PLAN: readonly (readonly [path: PathName, deaths: Planned])[] = [
  ['happy', { gateway: 'rpc.before-send', payment: 'provider.before-call' }],
  ['refunded', { gateway: 'rpc.sent', stock: 'loop.decided', payment: 'provider.called' }],
  ['happy', { gateway: 'rpc.answered', order: 'relay.next-bundle:4' }],
  ['happy', { gateway: 'rpc.noticed', order: 'event-log.saved', payment: 'event-log.before-write' }],
  ['declined', { order: 'consumer.received', stock: 'consumer.handled', payment: 'relay.confirmed' }],
  ['no stock', { order: 'relay.before-delete', stock: 'consumer.acked' }],
  ['cancelled', { order: 'answers.sent:2', stock: 'consumer.before-ack' }],
  ['captured when it leaves', { order: 'answers.before-send', payment: 'relay.deleted' }],
  ['returned', { payment: 'provider.answered:2', stock: 'loop.saved:2' }],
  ['unknown, then success', { order: 'event-log.before-commit', payment: 'reconcile.found' }],
  ['paid by webhook', { payment: 'webhook.before-store' }],
  ['paid by webhook', { payment: 'webhook.stored', order: 'gathered.before-send' }],
  ['paid by webhook', { payment: 'webhook.before-heeded' }],
  ['imported', { gateway: 'import.chunk-applied:2', stock: 'import.before-commit' }],
  ['imported', { stock: 'import.committed:2' }],
  ['unroutable', { order: 'relay.claimed' }],
  ['redriven', { order: 'failures.kept' }],
  ['redriven', { order: 'dead-letters.kept' }],
  ['redriven', { order: 'redrive.before-commit' }],
  ['redriven', { order: 'redrive.committed' }],
  ['forgotten', { stock: 'expiry.found' }],
  ['expired', { order: 'deadlines.found' }],
];

export const ROUNDS: readonly Round[] = PLAN.map(([path, deaths]) => ({
  path,
  cells: Object.entries(deaths).map(([process, spec]) => {
    const [point, passing = '1'] = spec.split(':') as [CrashPoint, string?];
    return { process: process as ProcessName, point, passing: Number(passing) };
  }),
}));
