import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Rejected } from '#contracts';
import { TokenIssuer } from '#service';
import { Callers } from './callers.js';
import { type ApiRequest } from './http.module.js';
import { policyOf } from './policy.decorator.js';

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
