import { hash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Rejected } from '#contracts';
import { GatewayConfig } from './config.js';
import { type ApiRequest } from './http.module.js';

/** Routes that anyone may read. Every other one needs a key, also one that is added tomorrow. */
const OPEN = /^\/(?:health\/|metrics$|problems(?:\/|$))/;

/** Who is calling: `Authorization: Bearer <key>`, of which we know only the hash. */
@Injectable()
export class AuthGuard implements CanActivate {
  readonly #callers: readonly { readonly name: string; readonly digest: Buffer }[];

  constructor({ apiKeys }: GatewayConfig) {
    this.#callers = apiKeys
      .split(/[\s,]+/)
      .filter((entry) => entry !== '')
      .map((entry) => {
        const [name, digest] = entry.split('=') as [string, string];
        return { name, digest: Buffer.from(digest, 'hex') };
      });
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<ApiRequest>();
    if (OPEN.test(request.routeOptions.url ?? '')) return true;
    request.caller = this.callerOf(request.headers.authorization);
    return true;
  }

  callerOf(authorization: string | undefined): string {
    const match = /^Bearer +([\x21-\x7e]{1,256}) *$/i.exec(authorization ?? '');
    if (!match) throw new Rejected('unauthorized');
    const digest = hash('sha256', match[1] as string, 'buffer');
    // All are compared, so that the time taken tells nothing about which one it was.
    let caller: string | undefined;
    for (const known of this.#callers) {
      if (timingSafeEqual(known.digest, digest)) caller = known.name;
    }
    if (caller === undefined) throw new Rejected('unauthorized', { detail: 'This API key is not known.' });
    return caller;
  }
}
