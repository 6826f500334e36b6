import { crash } from '#crash-points';
import { type Database, type OutboxRelay, type OutboxRow } from '#persistence';
import { redriveLetters } from './letters.store.js';
import {
  isRedriveUnderWay,
  lockRedrive,
  nextLetters,
  type Progress,
  type Redrive,
  saveProgress,
} from './redrive.store.js';

/** So long the others wait to see whether the first comes back. */
export const CANARY_MS = 5_000;

/** What may go now of the redrive that is under way, if any: as many letters a second as it says, over all replicas. */
export async function redriveSome(database: Database, relay: OutboxRelay): Promise<void> {
  if (!(await isRedriveUnderWay(database))) return;
  const sent = await database.transaction(async (tx): Promise<OutboxRow[]> => {
    const redrive = await lockRedrive(tx);
    if (!redrive) return [];
    const limit = limitOf(redrive);
    if (limit === 0 && !redrive.canaryHasDied) return [];
    const ids = limit > 0 ? await nextLetters(tx, redrive.id, limit) : [];
    const outbox = await redriveLetters(tx, ids, { actor: redrive.actor, redriveId: redrive.id });
    const unused = Math.max(0, redrive.seconds - limit / redrive.perSecond);
    await saveProgress(tx, redrive.id, progressOf(redrive, ids), { canaryMs: CANARY_MS, unused });
    if (outbox.length > 0) crash?.('redrive.before-commit');
    return outbox;
  });
  if (sent.length > 0) crash?.('redrive.committed');
  relay.dispatch(sent);
}

/** How many letters may go now: none while a canary is out, or when it has come back. */
function limitOf({ status, canaryId, canaryIsOver, canaryHasDied, perSecond, seconds }: Redrive): number {
  if (status === 'canary' && canaryId === null) return 1;
  if (status === 'canary' && (canaryHasDied || !canaryIsOver)) return 0;
  return Math.floor(perSecond * seconds);
}

function progressOf(redrive: Redrive, ids: readonly string[]): Progress {
  const { status, canaryId, canaryHasDied } = redrive;
  if (status === 'canary' && canaryHasDied) {
    return { status: 'stopped', redriven: 0, stoppedBecause: `the canary ${canaryId} has come back` };
  }
  if (status === 'canary' && canaryId === null && ids[0] !== undefined) {
    return { status: 'canary', redriven: 1, canaryId: ids[0] };
  }
  return { status: ids.length === 0 ? 'done' : 'running', redriven: ids.length };
}
