import { type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { type Scope, type ServiceName } from '#contracts';
import { type Tokens } from '#messaging';
import { publicTextOf } from './identity-keys.js';

/** Who is vouched for: as long as it is the same object, it is the same caller with the same scopes. */
export interface Caller {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

export const ISSUER = 'waybill-gateway';
export const LIFE_S = 60;
/** So at least 40 s are left of a token at any time: more than the longest wait (10 s) and the longest RPC (30 s) take. */
const RENEW_MS = 20_000;

interface Issued {
  /** Until it is there, those who ask wait for the same one. */
  readonly tokens: Tokens | Promise<Tokens>;
  readonly at: number;
}

/** Vouches for callers: a JWT for each service, signed once per caller and 20 s. */
export class TokenIssuer {
  private readonly issued = new WeakMap<Caller, Issued>();
  private readonly kid: string;

  constructor(private readonly key: KeyObject) {
    this.kid = publicTextOf(key);
  }

  /** At once, except for the first request in 20 s. */
  tokensFor(caller: Caller, now = performance.now()): Tokens | Promise<Tokens> {
    const known = this.issued.get(caller);
    if (known && now - known.at < RENEW_MS) return known.tokens;
    const tokens = this.sign(caller).then(
      (signed) => {
        this.issued.set(caller, { tokens: signed, at: now });
        return signed;
      },
      (error: unknown) => {
        this.issued.delete(caller);
        throw error;
      },
    );
    this.issued.set(caller, { tokens, at: now });
    return tokens;
  }

  private async sign(caller: Caller): Promise<Tokens> {
    const [order, payment, stock] = await Promise.all([
      this.signFor('order', caller),
      this.signFor('payment', caller),
      this.signFor('stock', caller),
    ]);
    return { order, payment, stock };
  }

  private signFor(service: ServiceName, { name, scopes }: Caller): Promise<string> {
    return new SignJWT({ scope: [...scopes].join(' ') })
      .setProtectedHeader({ alg: 'EdDSA', kid: this.kid })
      .setIssuer(ISSUER)
      .setSubject(name)
      .setAudience(service)
      .setIssuedAt()
      .setExpirationTime(`${LIFE_S}s`)
      .sign(this.key);
  }
}
