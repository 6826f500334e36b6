import { getPriority, setPriority } from 'node:os';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Logger } from '#service';
import { GatewayConfig } from '../config.js';

/**
 * Where all share a few processors, who answers comes before who has too much to do: else a refusal waits as long as what
 * it spares its client. Of the thread that answers, where the kernel lets us (docs/adr/0044).
 */
@Injectable()
export class Priority implements OnModuleInit {
  constructor(
    private readonly config: GatewayConfig,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    const { niceness } = this.config;
    try {
      setPriority(niceness);
    } catch {
      this.logger.debug({ niceness, now: getPriority() }, 'may not choose its priority: it stays as it is');
    }
  }
}
