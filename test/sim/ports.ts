/**
 * What may become of something that a process asks of the outside. `done`: it happens, and the process hears of it.
 * `refused`: it does not happen. `doubt`: it happens, but the answer is lost. `late`: the answer is lost, and it happens
 * some time afterwards.
 */
export type Fate = 'done' | 'refused' | 'doubt' | 'late';

/** Something asked of the outside that has not happened yet. When it does, and what becomes of it, the scheduler says. */
export interface Operation {
  /** Of the process that asks. */
  readonly owner: Owner;
  readonly kind: 'read' | 'lock' | 'save' | 'commit' | 'query' | 'publish' | 'call' | 'answer';
  /** What it is about, for people and for replays. */
  readonly about: () => string;
  readonly fates: readonly Fate[];
  /** False as long as a row lock of somebody else is in its way. */
  readonly isReady: () => boolean;
  readonly complete: (fate: Fate) => void;
  /** Its process has died with it in hand. */
  readonly abandon?: () => void;
}

export interface Owner {
  readonly name: string;
  readonly alive: boolean;
}

const ALWAYS = (): boolean => true;
/** Each a promise of its own: one for all would keep everything alive that ever waited for it. */
const never = (): Promise<never> => new Promise(() => undefined);

/** All that is asked and has not happened. A process that has died asks in vain, for ever. */
export class Ports {
  readonly pending: Operation[] = [];

  ask<T>(
    operation: Omit<Operation, 'isReady' | 'complete'> & { readonly isReady?: () => boolean },
    carryOut: (fate: Fate) => T,
  ): Promise<T> {
    if (!operation.owner.alive) return never();
    return new Promise<T>((resolve, reject) => {
      this.pending.push({
        isReady: ALWAYS,
        ...operation,
        complete(fate) {
          try {
            resolve(carryOut(fate));
          } catch (error) {
            reject(error);
          }
        },
      });
    });
  }

  complete(operation: Operation, fate: Fate): void {
    this.pending.splice(this.pending.indexOf(operation), 1);
    operation.complete(fate);
  }

  /** What a process had in hand when it died. */
  forget(owner: Owner): void {
    const lost = this.pending.filter((operation) => operation.owner === owner);
    for (const operation of lost) {
      this.pending.splice(this.pending.indexOf(operation), 1);
      operation.abandon?.();
    }
  }
}

/** As the driver of the database words what the scheduler has decided. */
export function databaseError(code: 'ECONNREFUSED' | 'ECONNRESET' | 'WB409' | '23505'): Error {
  return Object.assign(new Error(code), { code });
}
