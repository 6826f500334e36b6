import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Rejected } from '#contracts';
import { type Tokens } from '#messaging';
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

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const policy = policyOf(context.getHandler(), context.getClass());
    if (policy === 'open') return true;
    const request = context.switchToHttp().getRequest<ApiRequest>();
    const caller = request.known ?? this.callers.find(request.headers.authorization);
    const { name, scopes } = caller;
    if (policy === undefined || !scopes.has(policy)) {
      throw new Rejected('forbidden', { detail: `This API key lacks the scope ${policy}.`, needed: policy });
    }
    request.caller = name;
    const vouched = (tokens: Tokens): boolean => {
      request.trace = { ...request.trace, tokens };
      return true;
    };
    const tokens = this.issuer.tokensFor(caller);
    return tokens instanceof Promise ? tokens.then(vouched) : vouched(tokens);
  }
}
