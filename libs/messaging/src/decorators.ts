import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { type Command, type Contract, type Event, type Rpc } from '#contracts';
import { type Message, type Outcome, type Told } from './delivery.js';

/** What the transport finds at a handler: which contracts it handles, and how it wants to be called. */
export interface HandlerExtras {
  readonly contracts: readonly Contract[];
  readonly takes: 'batch' | 'one';
}

/** Typed by the contract: the method must take what the contract says, or more, and give what it promises. */
type Method<W extends (...args: never[]) => unknown> = <F extends W>(
  target: object,
  key: string,
  method: TypedPropertyDescriptor<F>,
) => void;

/** All messages of these contracts, as they come, in batches: one outcome each, in the same order. */
export function Handles<C extends readonly Contract[]>(
  ...contracts: C
): Method<(batch: readonly Told<C[number]>[]) => Promise<readonly Outcome[]>> {
  return pattern({ contracts, takes: 'batch' });
}

/** One question at a time, typed by its contract; a refusal is thrown as Rejected. */
export function OnRpc<Q extends object, A extends object>(
  contract: Rpc<string, Q, A>,
): Method<(request: Q, message: Message<string, Q>) => Promise<A>> {
  return pattern({ contracts: [contract], takes: 'one' });
}

/** One fact or order at a time, for consumers that don't decide in batches. Make its effect `once` (see Database). */
export function OnEvent<T extends object>(
  contract: Event<string, T> | Command<string, T>,
): Method<(fact: T, message: Message<string, T>) => Promise<void>> {
  return pattern({ contracts: [contract], takes: 'one' });
}

function pattern(extras: HandlerExtras): (target: object, key: string, method: object) => void {
  const names = extras.contracts.map(({ name }) => name);
  return (target, key, method) => {
    MessagePattern(names as never, extras)(target, key, method as PropertyDescriptor);
    if (extras.takes === 'batch') return;
    // Unless told, Nest passes on the first argument only.
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
  };
}
