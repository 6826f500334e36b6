import { type ServiceName } from '#contracts';

/** What is not finished yet: of which service, in words, and from which rows. None of them, and the system is at rest. */
export const UNDER_WAY: readonly (readonly [ServiceName, string, string])[] = [
  ['order', 'open orders', `orders where phase in ('reserving', 'charging', 'paying', 'changing')`],
  ['payment', 'unsettled payments', 'payments where next_attempt_at is not null'],
  ['order', 'messages in the outbox of order', 'outbox'],
  ['payment', 'messages in the outbox of payment', 'outbox'],
  ['stock', 'messages in the outbox of stock', 'outbox'],
];
