import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Rejected } from '#contracts';
import { TokenIssuer } from '#service';
import { type TracedRequest } from '../http/http.module.js';
import { type Caller, Callers } from './callers.js';
import { policyOf } from './policy.decorator.js';

/** A request as controllers see it. */
export interface ApiRequest extends TracedRequest {
  caller: string;
  /** Of the key, on a route that needs one. */
  known: Caller | null;
}

/** Who is calling, and whether the key allows it. A route without a policy would be for nobody. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly callers: Callers,
    private readonly issuer: TokenIssuer,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const policy = policyOf(context.getHandler(), context.getClass());
    if (policy === 'open') return true;
    const request = context.switchToHttp().getRequest<ApiRequest>();
    const caller = request.known ?? this.callers.find(request.headers.authorization);
    const { name, scopes } = caller;
    if (policy === undefined || !scopes.has(policy)) {
      throw new Rejected('forbidden', { detail: `This API key lacks the scope ${policy}.`, needed: policy });
    }
    request.caller = name;
    // An upload or a stream may outlive its first token, and must not outlive its key.
    const tokens = () => this.issuer.tokensFor(this.callers.again(caller));
    request.trace = { ...request.trace, tokens };
    return true;
  }
}
