import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { Rejected } from '#contracts';
import { Callers } from './callers.js';
import { type ApiRequest } from './http.module.js';
import { policyOf } from './policy.decorator.js';
import { RateLimits } from './rate-limit.js';

/** Who is calling, how often, and whether the key allows it. A route without a policy would be for nobody. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly callers: Callers,
    private readonly limits: RateLimits,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const policy = policyOf(context.getHandler(), context.getClass());
    if (policy === 'open') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<ApiRequest>();
    const { name, scopes } = this.callers.find(request.headers.authorization);
    if (this.limits.isOn) this.#take(name, http.getResponse<FastifyReply>());
    if (policy === undefined || !scopes.has(policy)) {
      throw new Rejected('forbidden', { detail: `This API key lacks the scope ${policy}.`, needed: policy });
    }
    request.caller = name;
    return true;
  }

  /** Before the scope is looked at: what is refused for its scope counts too. */
  #take(caller: string, reply: FastifyReply): void {
    const { fields, retryAfter } = this.limits.take(caller, performance.now());
    reply.headers(fields);
    if (retryAfter !== undefined) throw new Rejected('rate-limited', { retryAfter });
  }
}
