import { type World } from './world.js';

/** When something was made or changed says nothing of what can still happen, nor do numbers that are only counted up. */
const IRRELEVANT = new Set([
  'createdAt',
  'updatedAt',
  'at',
  'version',
  'productVersion',
  'paymentVersion',
  'seq',
  'traceparent',
]);
/** Two histories may get to the same state at different times: what counts is how long from now. */
const TIMES = new Set(['expiresAt', 'deadlineAt', 'nextAttemptAt', 'cancelledAt']);

/** All that what can still happen depends on, as text: worlds with the same text have the same future. */
export function stateOf({ databases, bus, ports, processes, provider, clients, clock }: World): string {
  const fromNow = (text: string): number => Date.parse(text) - clock.ms;
  const replacer = (key: string, value: unknown): unknown => {
    if (IRRELEVANT.has(key)) return undefined;
    return TIMES.has(key) && typeof value === 'string' ? fromNow(value) : value;
  };
  const membersOf = (
    members: readonly { readonly type: string; readonly data: unknown; readonly attempt: number }[],
  ) => members.map(({ type, data, attempt }) => [type, data, attempt]);
  const state = {
    rows: [databases.order, databases.payment, databases.stock].map(({ rows }) => [...rows].sort(byKey)),
    outbox: [databases.order, databases.payment, databases.stock].map(({ outbox }) =>
      [...outbox.values()]
        .map(({ row, leaseUntil, attempts }) =>
          JSON.stringify(
            [row.type, membersOf(JSON.parse(row.body)), leaseUntil - clock.ms, attempts],
            replacer,
          ),
        )
        .sort(),
    ),
    queues: bus.parcels
      .map(({ queue, members, deaths, dueAt }) =>
        JSON.stringify([queue, membersOf(members), deaths, Math.max(0, dueAt - clock.ms)], replacer),
      )
      .sort(),
    pending: ports.pending.map(({ owner, kind, about }) => `${owner.name} ${kind} ${about()}`).sort(),
    inHand: processes.map(({ inHand }) => inHand.size),
    books: provider.books
      .all()
      .map(({ key, outcome }) => `${key} ${outcome}`)
      .sort(),
    strays: provider.strays.map(({ call, until }) => [call.key, until - clock.ms]),
    clients: clients.shoppers.map(({ orderId, requests }) => [
      orderId,
      requests.map(({ tries, answer }) => [tries, answer]),
    ]),
  };
  return JSON.stringify(state, replacer);
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
