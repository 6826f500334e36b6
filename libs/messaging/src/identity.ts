import { Rejected, type Rpc, type Scope, type ServiceName } from '#contracts';

/** Of one caller, one for each service: what is shown to one of them is of no use with the others. */
export type Tokens = Readonly<Record<ServiceName, string>>;

/** Who asks, as the gateway vouches for. */
export interface Identity {
  /** The name of the API key. */
  readonly caller: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** Whom to believe. */
export interface Identities {
  /** At once for a token that has been seen before. Undefined for one that is not to be believed, never a rejection. */
  of(token: string): Identity | undefined | Promise<Identity | undefined>;
}

/** Of the AMQP message: all its members are asked by one caller. */
export const IDENTITY_HEADER = 'x-identity';
const MAX_TOKEN = 2_048;

export function tokenOf(header: unknown): string | null {
  return typeof header === 'string' && header.length <= MAX_TOKEN ? header : null;
}

/** A question that a reader may ask has no effect, so that nobody has to doubt it. */
export function onlyReads({ needs }: Pick<Rpc, 'needs'>): boolean {
  return needs !== undefined && needs !== 'open' && needs.some((scope) => scope.endsWith(':read'));
}

/** Why the question is not even looked at. Nothing is let in that has not been declared. */
export function denialOf({ needs }: Pick<Rpc, 'needs'>, who: Identity | undefined): Rejected | undefined {
  if (needs === 'open') return undefined;
  if (!who) return new Rejected('unauthorized', { detail: 'No valid token says who asks.' });
  if (needs?.some((scope) => who.scopes.has(scope))) return undefined;
  return new Rejected('forbidden', { needed: needs?.join(' or ') });
}
