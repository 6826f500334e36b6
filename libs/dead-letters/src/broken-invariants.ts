import { createHash } from 'node:crypto';
import { type ServiceName } from '#contracts';
import { causeOf, type DeadLetter } from '#messaging';
import { type Invariant, type Violation } from '#persistence';

/** The queue that stands in the entries for broken invariants. There is none: nothing is sent back to it. */
export const NO_QUEUE = 'none';
const REASON = 'invariant_violated';
const SHOWN = 20;
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** For whoever looks after what nobody could handle: always the same one for the same invariant. */
export function letterAbout(service: ServiceName, { id, name, rows }: Violation, now: Date): DeadLetter {
  const found = JSON.stringify(rows.slice(0, SHOWN), undefined, 1);
  return {
    id: idOf({ id, name }),
    queue: NO_QUEUE,
    source: service,
    reason: REASON,
    type: id,
    memberId: null,
    traceId: null,
    error: `${name}: broken by ${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`,
    stack: found,
    cause: causeOf(REASON, id, name),
    attempts: 1,
    failedAt: now.toISOString(),
    body: Buffer.from(found),
  };
}

function idOf({ id, name }: Pick<Invariant, 'id' | 'name'>): string {
  const bytes = createHash('sha256').update(`${id} ${name}`).digest();
  const letters = [...bytes.subarray(0, 26)].map((byte, i) => ALPHABET[byte & (i === 0 ? 7 : 31)]);
  return `msg_${letters.join('')}`;
}
