import { type Contract, type ServiceName } from '#contracts';
import { brokersOf } from './brokers.js';

/** Whoever has a user of the broker of its own: the processes, and whoever only reads the event log. */
export const ROLES = ['gateway', 'order', 'payment', 'stock', 'reader'] as const;
export type Role = (typeof ROLES)[number];

/** The only service that gives orders to others; see docs/adr/0003. */
const ORCHESTRATOR: ServiceName = 'order';

/** Users belong to the broker, not to a vhost: those of two vhosts must not be the same. */
export function userOf(vhost: string, role: Role): string {
  return `${vhost === '/' ? 'waybill' : vhost}_${role}`;
}

/** The name with which a URL signs in; of a cluster's nodes, all the same. */
export function userIn(url: string): string {
  return decodeURIComponent(new URL(brokersOf(url)[0] ?? url).username) || 'guest';
}

/** Who alone sends such a message, besides its receiver, who may send it to itself once more. */
export function senderOf(contract: Contract): Role {
  if (contract.kind === 'rpc') return 'gateway';
  return contract.kind === 'command' ? ORCHESTRATOR : contract.service;
}

/** Whether a message of `sender` may come from the user whom the broker has let in; null when it does not say. */
export type Senders = (user: string | null, sender: Role) => boolean;

/**
 * How one that signs in as `user` tells whom to believe: by the users of `userOf`, if it has one of these itself. What
 * other users there are, an administrator's say, have been let in by whoever runs the broker, and may be anybody.
 */
export function sendersFor(own: Role, user: string): Senders {
  // With one user for all, nobody can be told from anybody.
  if (!hasOwnUser(own, user)) return () => true;
  const prefix = user.slice(0, -own.length);
  const roles = new Map<string, Role>(ROLES.map((role) => [`${prefix}${role}`, role]));
  return (from, sender) => {
    if (from === null) return false;
    const role = roles.get(from) ?? sender;
    return role === sender || role === own;
  };
}

/** Whether a process signs in with a user of its own, which may not do what the others may. */
export function hasOwnUser(own: Role, user: string): boolean {
  return user.endsWith(`_${own}`);
}
