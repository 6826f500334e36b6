import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Rejected } from '#contracts';
import { Logger } from '#service';
import { routeBodyOf } from '../http/http.module.js';
import { SECURITY } from '../http/response-headers.js';
import { Routes } from '../http/routes.js';
import { unsupported } from '../http/upload.js';
import { LogBudget } from './log-budget.js';
import { problemOf, refusalOf } from './problem.js';

/** Of a body that is too large so much is read and thrown away: whoever still sends it would lose the answer with the connection. */
const THROWN_AWAY_BYTES = 4_194_304;

/** The only place that turns an error into an HTTP answer, whoever threw it: a service, a pipe, Nest or Fastify. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #budget = new LogBudget();

  constructor(
    private readonly logger: Logger,
    private readonly routes: Routes,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const instance = pathOf(request.url);
    const { refusal, allow } = this.#explain(refusalOf(error), request, instance);
    const { status, headers, body } = problemOf(refusal, { instance, requestId: request.id });
    this.#log(error, request, refusal);
    if (reply.sent) return;
    if (allow) reply.header('allow', allow);
    // Fastify would close it.
    const sends = Number(request.headers['content-length'] ?? Number.NaN);
    if (status === 413 && sends <= THROWN_AWAY_BYTES) reply.removeHeader('connection');
    reply
      .code(status)
      .headers({ ...SECURITY, ...headers, 'x-request-id': request.id })
      .type('application/problem+json')
      .serializer(JSON.stringify)
      .send(body);
  }

  /** Neither Nest nor Fastify tells an unknown path from a method that a path does not have, nor an upload from JSON. */
  #explain(
    refusal: Rejected | undefined,
    request: FastifyRequest,
    path: string,
  ): { refusal: Rejected; allow?: string } {
    // What Fastify has no parser for it refuses before the route can say what it takes.
    if (
      refusal?.code === 'unsupported-media-type' &&
      !refusal.details.accept &&
      routeBodyOf(request).isUpload
    ) {
      return { refusal: unsupported() };
    }
    if (refusal?.code !== 'route-not-found') return { refusal: refusal ?? new Rejected('internal-error') };
    const methods = this.routes.methodsAt(path);
    if (methods.length === 0 || methods.includes(request.method)) return { refusal };
    const allow = methods.join(', ');
    return { refusal: new Rejected('method-not-allowed', { detail: `Allowed: ${allow}.` }), allow };
  }

  #log(error: unknown, { id: requestId, method, url }: FastifyRequest, { code }: Rejected): void {
    const about = { requestId, method, path: pathOf(url), code };
    if (code === 'internal-error') this.logger.error({ ...about, err: error }, 'request failed');
    else if (code === 'service-unavailable' || code === 'outcome-unknown') this.#warn(about);
    else this.logger.info(about, 'request refused');
  }

  /** When a service is away, or too much is asked, there are as many as there are requests. */
  #warn(about: object): void {
    const unlogged = this.#budget.take(performance.now());
    if (unlogged !== undefined) {
      this.logger.warn({ ...about, ...(unlogged > 0 && { unlogged }) }, 'request failed');
    }
  }
}

/** Without the query, in which a client may have put anything. */
function pathOf(url: string): string {
  return (url.split('?', 1)[0] as string).slice(0, 500);
}
