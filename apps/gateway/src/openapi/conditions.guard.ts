import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { refuseConditions } from '../http/etag.js';
import { type Operation, routeOf } from '../http/operation.js';
import { headersOf } from './openapi-parameters.js';
import { OPERATIONS } from './operations.js';

/** Lets in the conditions that an operation lists, and no other: what is not in the API document is not evaluated. */
@Injectable()
export class ConditionsGuard implements CanActivate {
  readonly #known = new Map(OPERATIONS.map((operation) => [routeOf(operation), conditionsOf(operation)]));

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const known = this.#known.get(`${method} ${request.routeOptions.url}`);
    // Pages and health are no operations, and change nothing.
    if (known) refuseConditions(request.headers, known);
    return true;
  }
}

/** If-None-Match on a read asks for less of an answer: browsers send it, and it may be ignored (RFC 9110, 13.1.2). */
function conditionsOf(operation: Operation): ReadonlySet<string> {
  return new Set([...headersOf(operation), ...(operation.method === 'get' ? ['if-none-match'] : [])]);
}
