/** The longest that an answer is held back for a client that prefers to wait. */
export const MAX_WAIT_S = 10;

/** A quoted string or anything up to the next comma or semicolon. */
const PREFERENCE = /^\s*wait\s*=\s*(?:"(\d{1,9})"|(\d{1,9}))\s*(?:;|$)/i;

/**
 * The seconds of `Prefer: wait=N` (RFC 7240), at most MAX_WAIT_S. Undefined without one: a preference that can't be
 * understood is ignored, as the RFC demands, and of several the first one counts.
 */
export function waitSeconds(prefer: string | string[] | undefined): number | undefined {
  if (prefer === undefined) return undefined;
  for (const preference of splitOutsideQuotes(String(prefer))) {
    if (!/^\s*wait\s*(?:=|;|$)/i.test(preference)) continue;
    const match = PREFERENCE.exec(preference);
    return match ? Math.min(Number(match[1] ?? match[2]), MAX_WAIT_S) : undefined;
  }
  return undefined;
}

function splitOutsideQuotes(list: string): string[] {
  return list.match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g) ?? [];
}
