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
}

/**
 * Checks what must hold at every moment in the database of its service, without asking for rest. What is broken is a
 * metric, an error in the log, and an entry among the failures.
 *
 * @throws when not all could be checked, after it has told of the others
 */
export async function checkInvariants(
  { service, database, log, observe }: Parts,
  invariants: readonly Invariant[],
  stopped: AbortSignal,
): Promise<void> {
  const always = invariants.filter(holdsAlways);
  const found = await findViolations(database, always, stopped);
  if (found === undefined) return;
  const { broken, unanswered } = found;
  const unknown = new Set(unanswered.map(({ id }) => id));
  for (const invariant of new Set(always.map(({ id }) => id))) {
    const rows = broken.filter(({ id }) => id === invariant).flatMap((one) => one.rows);
    if (rows.length > 0 || !unknown.has(invariant))
      observe('waybill_invariant_violations', { invariant }, rows.length);
  }
  for (const violation of broken) {
    const { id, name, rows } = violation;
    log.error({ invariant: id, name, rows: rows.length, example: rows[0] }, 'an invariant is broken');
    await keepLetter(database, letterAbout(service, violation, database.now()));
  }
  if (unanswered.length > 0) {
    const names = unanswered.map(({ id, name }) => `${id} (${name})`).join(', ');
    throw new Error(`the database took too long to look for ${names}`);
  }
}
