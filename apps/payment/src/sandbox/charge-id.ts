import { createHash } from 'node:crypto';

/** The same for the same key, in every process and after every restart. */
export function chargeIdOf(key: string): string {
  return `ch_${createHash('sha256').update(key).digest('hex').slice(0, 24)}`;
}
