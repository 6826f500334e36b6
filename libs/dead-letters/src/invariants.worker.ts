import { type ServiceName } from '#contracts';
import { type Log, type Observe } from '#messaging';
import { type Database, findViolations, holdsAlways, type Invariant } from '#persistence';
import { letterAbout } from './broken-invariants.js';
import { keepLetter } from './letters.store.js';

interface Parts {
  readonly service: ServiceName;
  readonly database: Database;
  readonly log: Log;
  readonly observe: Observe;
  /** For all of them; ten minutes unless told. */
  readonly roundMs?: number;
}

/**
 * Checks what must hold at every moment in the database of its service, without asking for rest. What is broken is a
 * metric, an error in the log, and an entry among the failures.
 */
export class InvariantCheck {
  /** In the order in which they are looked at next. */
  private order: readonly Invariant[];

  constructor(
    private readonly parts: Parts,
    invariants: readonly Invariant[],
  ) {
    this.order = invariants.filter(holdsAlways);
  }

  /**
   * Begins with those that the round before did not come to, so that none is left out for ever.
   *
   * @throws when not all could be checked, after it has told of the others
   */
  async round(stopped: AbortSignal): Promise<void> {
    const { service, database, log, observe, roundMs } = this.parts;
    const found = await findViolations(database, this.order, stopped, roundMs);
    if (found === undefined) return;
    const { broken, leftOut } = found;
    this.order = [...leftOut, ...this.order.slice(0, this.order.length - leftOut.length)];
    const unknown = [...found.unanswered, ...leftOut.map((one) => ({ ...one, why: 'no time was left' }))];
    for (const invariant of new Set(this.order.map(({ id }) => id))) {
      const rows = broken.filter(({ id }) => id === invariant).flatMap((one) => one.rows);
      if (rows.length > 0 || unknown.every(({ id }) => id !== invariant))
        observe('waybill_invariant_violations', { invariant }, rows.length);
    }
    for (const violation of broken) {
      const { id, name, rows } = violation;
      log.error({ invariant: id, name, rows: rows.length, example: rows[0] }, 'an invariant is broken');
      await keepLetter(database, letterAbout(service, violation, database.now()));
    }
    if (unknown.length > 0) {
      const each = unknown.map(({ id, name, why }) => `${id} (${name}): ${why}`).join('; ');
      throw new Error(`it is not known whether these hold: ${each}`);
    }
  }
}
