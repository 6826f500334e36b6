import { type KeyObject } from 'node:crypto';
import { type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { isScope, type ServiceName } from '#contracts';
import { type Identities, type Identity } from '#messaging';
import { ISSUER, LIFE_S } from './token-issuer.js';

/** By how much the clocks of two machines may differ. */
const TOLERANCE_S = 5;
/** Tokens that are remembered: one per caller and 20 s, so these are thousands of callers at a time. */
const MOST_KNOWN = 10_000;

interface Known extends Identity {
  readonly untilMs: number;
}

/** Believes what the gateway has signed, for this service, in the last minute. Each token is verified once. */
export class TokenVerifier implements Identities {
  private readonly known = new Map<string, Known>();
  private readonly pending = new Map<string, Promise<Identity | undefined>>();
  private readonly options: JWTVerifyOptions;

  constructor(
    service: ServiceName,
    private readonly keys: ReadonlyMap<string, KeyObject>,
  ) {
    this.options = {
      algorithms: ['EdDSA'],
      issuer: ISSUER,
      audience: service,
      requiredClaims: ['sub', 'exp', 'iat', 'scope'],
      // Whatever it says itself: no token is good for longer.
      maxTokenAge: LIFE_S,
      clockTolerance: TOLERANCE_S,
    };
  }

  of(token: string): Identity | undefined | Promise<Identity | undefined> {
    const known = this.known.get(token);
    if (known) {
      if (Date.now() < known.untilMs) return known;
      this.known.delete(token);
      return undefined;
    }
    let pending = this.pending.get(token);
    if (!pending) {
      pending = this.verify(token).finally(() => this.pending.delete(token));
      this.pending.set(token, pending);
    }
    return pending;
  }

  /** One that is not to be believed is not remembered: else who makes them up would push out the others. */
  private async verify(token: string): Promise<Identity | undefined> {
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.keyOf(kid), this.options);
      const identity = identityOf(payload);
      this.remember(token, identity);
      return identity;
    } catch {
      return undefined;
    }
  }

  private keyOf(kid: string | undefined): KeyObject {
    const key = this.keys.get(kid ?? '');
    if (!key) throw new Error('signed with a key that is not ours');
    return key;
  }

  private remember(token: string, identity: Known): void {
    if (this.known.size >= MOST_KNOWN) {
      const [oldest] = this.known.keys();
      this.known.delete(oldest as string);
    }
    this.known.set(token, identity);
  }
}

function identityOf({ sub = '', iat = 0, exp = 0, scope }: JWTPayload): Known {
  const untilS = Math.min(exp, iat + LIFE_S) + TOLERANCE_S;
  return { caller: sub, scopes: new Set(String(scope).split(' ').filter(isScope)), untilMs: untilS * 1_000 };
}
