import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Rejected } from '#contracts';
import { Callers } from './callers.js';
import { type ApiRequest } from './http.module.js';
import { policyOf } from './policy.decorator.js';

/** Who is calling, and whether the key allows it. A route without a policy would be for nobody. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(private readonly callers: Callers) {}

  canActivate(context: ExecutionContext): boolean {
    const policy = policyOf(context.getHandler(), context.getClass());
    if (policy === 'open') return true;
    const request = context.switchToHttp().getRequest<ApiRequest>();
    const { name, scopes } = this.callers.find(request.headers.authorization);
    if (policy === undefined || !scopes.has(policy)) {
      throw new Rejected('forbidden', { detail: `This API key lacks the scope ${policy}.`, needed: policy });
    }
    request.caller = name;
    return true;
  }
}
