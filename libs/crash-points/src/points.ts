/**
 * Every place at which a process can be told to die, and what stands at that moment. The names are those that
 * `crash?.('…')` has in the code, which test/architecture compares; the suite in test/chaos/kill dies at each of them.
 */
export const CRASH_POINTS = {
  'migrate.before-commit': 'a migration was carried out, in a transaction that is still open',
  'migrate.committed': 'a migration is there for good; the next one has not begun',
  'start.before-ready': 'it listens, and takes messages; nothing that a crash has left was swept',

  'rpc.before-send': 'the gateway has checked a request; its question was not sent',
  'rpc.sent': 'the question is on the wire; whether anybody has it is not known',
  'rpc.answered': 'the answer is there; the client has not got it',
  'rpc.noticed': 'the word that an order has settled is there; the client that waits for it has not got it',
  'import.chunk-applied': 'one chunk of an upload is applied; the rest of its body is still to come',

  'consumer.received': 'a message was taken from its queue; nothing was done',
  'consumer.handled': 'what came of a batch of messages is known; nobody was told, and none is acknowledged',
  'consumer.before-ack': 'all is done with a message; it is not acknowledged',
  'consumer.acked': 'its acknowledgement is on the wire',
  'answers.before-send': 'answers of one turn are gathered; none was sent',
  'answers.sent': 'answers are on the wire',
  'failures.kept': 'what failed waits in another queue; the original is not acknowledged',
  'dead-letters.kept': 'a dead letter is in its table; it is not acknowledged',
  'redrive.before-commit': 'dead letters are on their way back, in a transaction that is still open',
  'redrive.committed': 'dead letters that are sent back stand in the outbox; none was published',

  'loop.decided': 'a batch is decided; nothing of it is saved',
  'loop.before-commit': 'a batch is saved with its rows locked, in a transaction that is still open',
  'loop.saved': 'a batch is in the database; nothing was published, nobody was told, no call was made',

  'relay.next-bundle':
    'the bundles before this one are on the wire, or gathered if they can wait; this one and those after it are in the outbox only',
  'gathered.before-send': 'bundles that can wait have come together; none of them was sent',
  'relay.confirmed': 'the broker has a bundle, and the event log too; we have not noted it',
  'relay.before-delete': 'confirmed bundles are about to be deleted from the outbox',
  'relay.deleted': 'confirmed bundles are gone from the outbox',
  'relay.claimed': 'the sweeper has the lease of what was left in the outbox; nothing of it was published',
  'event-log.before-write': 'events are where they are needed; they are not in the event log',
  'event-log.before-commit': 'events were read from the log into tables, in a transaction that is still open',
  'event-log.saved': 'they are in the tables; the next ones were not read',

  'provider.before-call': 'what is to be asked of the provider is saved; it was not asked',
  'provider.called': 'the provider is being asked',
  'provider.answered': 'the provider has answered; nothing of it is saved',
  'webhook.before-store': 'an event of the provider is authentic; it is not stored',
  'webhook.stored': 'it is stored; the provider was not answered',
  'webhook.before-heeded': 'its payment has heard of it; it is not marked as heeded',

  'deadlines.found': 'overdue orders were found; nothing was decided about them',
  'expiry.found': 'holds that have run out were found; none was let go',
  'reconcile.found': 'unsettled payments were found; the provider was not asked about them',
  'import.before-commit': 'the rows of a chunk are applied, in a transaction that is still open',
  'import.committed': 'a chunk is applied; whoever sent it was not told',
} as const;

export type CrashPoint = keyof typeof CRASH_POINTS;

/** There a process goes on for a moment, so that what it has just written leaves it; it begins nothing new meanwhile. */
export const ON_THE_WIRE: ReadonlySet<CrashPoint> = new Set<CrashPoint>([
  'rpc.sent',
  'consumer.acked',
  'answers.sent',
  'relay.next-bundle',
  'provider.called',
]);

export function isCrashPoint(name: string): name is CrashPoint {
  return Object.hasOwn(CRASH_POINTS, name);
}
