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

/** What a request may say of the version that it is about. */
export interface Conditions {
  readonly 'if-match'?: string | undefined;
  readonly 'if-none-match'?: string | undefined;
}

/** The version that If-Match insists on. `*` insists on none: that it is there is looked at anyway. */
export function expectedVersion(ifMatch: string | undefined): number | undefined {
  return ifMatch?.trim() === '*' ? undefined : exactVersion(ifMatch);
}

/** The same where `*` would do harm: it would make what is not there, or overwrite a change that nobody has seen. */
export function exactVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) return undefined;
  const tag = ifMatch.trim();
  // RFC 9110, 13.1.1: well-formed, and never a match.
  if (/^W\/"[^"]*"$/.test(tag)) {
    throw new Rejected('version-mismatch', {
      detail: 'A weak ETag in If-Match matches nothing: send it as it was returned.',
    });
  }
  const [, version] = /^"(\d{1,15})"$/.exec(tag) ?? [];
  if (version !== undefined) return Number(version);
  throw malformed(
    'if-match',
    tag === '*'
      ? 'must name the version here'
      : 'must be one ETag as it was returned, for example "3", no list',
  );
}

/** The version that a PUT insists on: with `If-None-Match: *` version 0, which is what is not there yet. */
export function replacedVersion(conditions: Conditions): number | undefined {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = conditions;
  if (ifNoneMatch === undefined) return exactVersion(ifMatch);
  if (ifNoneMatch.trim() !== '*') throw malformed('if-none-match', 'must be * when something is written');
  if (ifMatch !== undefined) throw malformed('if-none-match', 'must not be sent together with If-Match');
  return 0;
}

/** A condition that is ignored would let through what it was sent to prevent: all but those that are evaluated are refused. */
export function refuseConditions(conditions: Conditions, evaluated: ReadonlySet<string>): void {
  for (const name of ['if-match', 'if-none-match'] as const) {
    if (conditions[name] !== undefined && !evaluated.has(name))
      throw malformed(name, 'is not evaluated here: send the request without it');
  }
}

function malformed(header: keyof Conditions, detail: string): Rejected {
  return new Rejected('malformed-request', { errors: [{ pointer: `/headers/${header}`, detail }] });
}
