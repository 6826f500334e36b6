import { Rejected } from '#contracts';

/** A strong ETag made from a version: two equal versions are the same bytes. */
export function etag(version: number): string {
  return `"${version}"`;
}

/** True when If-None-Match names this version or tag (weak comparison, RFC 9110, 13.1.2), so that 304 is the answer. */
export function isKnown(ifNoneMatch: string | undefined, current: number | string): boolean {
  const tag = typeof current === 'number' ? etag(current) : current;
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

/** The version that If-Match insists on. */
export function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) return undefined;
  const match = /^\s*"(\d{1,15})"\s*$/.exec(ifMatch);
  if (match) return Number(match[1]);
  const detail = 'must be one ETag as it was returned, for example "3"';
  throw new Rejected('malformed-request', { errors: [{ pointer: '/headers/if-match', detail }] });
}
