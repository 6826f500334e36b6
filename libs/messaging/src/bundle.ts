import { newId } from '#contracts';
import { type Bundle, type Caused } from './delivery.js';
import { childOf, MAX_BODY_BYTES, MAX_MEMBERS, type Member } from './envelope.js';
import { EXCHANGES } from './topology.js';

/** Members and bytes of one AMQP message. */
export interface BundleLimits {
  readonly members: number;
  readonly bytes: number;
}

export const BUNDLE_LIMITS: BundleLimits = { members: MAX_MEMBERS, bytes: MAX_BODY_BYTES };

/**
 * What one save sends, by destination: all commands for a service share messages, events share one per type, so that
 * bindings by type work. Order within a destination is kept.
 */
export function bundle(messages: readonly Caused[], limits = BUNDLE_LIMITS): Bundle[] {
  if (messages.length === 0) return [];
  const destinations = Map.groupBy(messages, ({ message: { contract } }) =>
    contract.kind === 'command' ? contract.service : contract.name,
  );
  return [...destinations.values()].flatMap((group) => split(group, limits));
}

function split(group: readonly Caused[], limits: BundleLimits): Bundle[] {
  const address = { ...addressOf(group[0] as Caused), canWait: group.every(canWait) };
  // What was packed stays behind: a bundle is saved as it is, with everything in it.
  return pack(group, limits, ({ message, cause }, id) => memberOf(id, { message, cause })).map(
    ({ id, count, body }) => ({ ...address, id, count, body }),
  );
}

/** Puts things into as few messages as the limits allow. `member` is given the id that it will have in its message. */
export function pack<T>(
  things: readonly T[],
  limits: BundleLimits,
  member: (thing: T, id: string) => object,
): { readonly id: string; readonly count: number; readonly body: string; readonly packed: readonly T[] }[] {
  const done: { id: string; count: number; body: string; packed: T[] }[] = [];
  let id = newId('msg');
  let members: string[] = [];
  let packed: T[] = [];
  let bytes = 2;
  const close = (): void => {
    if (members.length === 0) return;
    done.push({ id, count: members.length, body: `[${members.join(',')}]`, packed });
    [id, members, packed, bytes] = [newId('msg'), [], [], 2];
  };
  for (const thing of things) {
    const encode = (): string => JSON.stringify(member(thing, `${id}.${members.length}`));
    let text = encode();
    // A character is at most three bytes of UTF-8: no need to count them one by one.
    if (members.length === limits.members || bytes + text.length * 3 > limits.bytes) {
      close();
      text = encode();
    }
    members.push(text);
    packed.push(thing);
    bytes += text.length * 3 + 1;
  }
  close();
  return done;
}

function canWait({ message: { contract } }: Caused): boolean {
  return contract.kind === 'command' ? contract.canWait : contract.consumers.length === 0;
}

function addressOf({ message: { contract } }: Caused): Omit<Bundle, 'id' | 'count' | 'body' | 'canWait'> {
  const { name, service } = contract;
  if (contract.kind === 'command') {
    return {
      exchange: EXCHANGES.commands,
      routingKey: service,
      type: `${service}.commands`,
      mandatory: true,
    };
  }
  return {
    exchange: EXCHANGES.events,
    routingKey: name,
    type: name,
    mandatory: contract.consumers.length > 0,
  };
}

function memberOf(id: string, { message: { contract, data }, cause }: Caused): Member {
  return {
    id,
    type: contract.name,
    causationId: cause.id,
    requestId: cause.trace.requestId,
    traceparent: childOf(cause.trace.traceparent),
    attempt: 1,
    data,
  };
}
