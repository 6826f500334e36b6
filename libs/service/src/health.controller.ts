import { Controller, Get, Header, Inject, Optional, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { Metrics } from './metrics.js';

/** What must be there for a process to do its work, by name. A check rejects, with the reason, when it is not. */
export abstract class Readiness {
  abstract check(): Promise<Readonly<Record<string, string>>>;
}

/** How things are that a process can do without: it is ready all the same. Exported by the module of a process that has any. */
export abstract class HealthDetails {
  abstract details(): Readonly<Record<string, string>>;
}

@Controller()
export class HealthController {
  constructor(
    @Inject(Readiness) private readonly readiness: Readiness,
    private readonly metrics: Metrics,
    @Optional() @Inject(HealthDetails) private readonly more?: HealthDetails,
  ) {}

  /** The process runs. Nothing else is asked: a restart would not bring a database back. */
  @Get('health/live')
  live(): object {
    return { status: 'ok' };
  }

  @Get('health/ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const checks = await this.readiness.check();
    const isReady = Object.values(checks).every((state) => state === 'ok');
    if (!isReady) reply.code(503);
    const status = isReady ? 'ok' : 'not ready';
    return this.more ? { status, checks, details: this.more.details() } : { status, checks };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  text(): Promise<string> {
    return this.metrics.text();
  }
}
