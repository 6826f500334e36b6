import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { Rejected } from '#contracts';
import { type Tokens } from '#messaging';
import { TokenIssuer } from '#service';
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
    private readonly issuer: TokenIssuer,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const policy = policyOf(context.getHandler(), context.getClass());
    if (policy === 'open') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<ApiRequest>();
    const caller = request.known ?? this.callers.find(request.headers.authorization);
    const { name, scopes } = caller;
    if (this.limits.isOn) this.#take(name, http.getResponse<FastifyReply>());
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

  /** Before the scope is looked at: what is refused for its scope counts too. */
  #take(caller: string, reply: FastifyReply): void {
    const { fields, retryAfter } = this.limits.take(caller, performance.now());
    reply.headers(fields);
    if (retryAfter !== undefined) throw new Rejected('rate-limited', { retryAfter });
  }
}
