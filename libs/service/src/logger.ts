import { type LoggerService } from '@nestjs/common';
import { type Logger as Pino, pino } from 'pino';
import { type ServiceConfig } from './config.js';

/** pino, by the name that constructors ask for. Fields first, then the message: `logger.info({ orderId }, 'placed')`. */
export abstract class Logger {
  abstract debug(fields: object, message: string): void;
  abstract info(fields: object, message: string): void;
  abstract warn(fields: object, message: string): void;
  abstract error(fields: object, message: string): void;
  abstract fatal(fields: object, message: string): void;
}

/** One line of JSON an entry. Secrets are not fields of anything that is logged; these would be, by mistake. */
export function createLogger(service: string, config: Pick<ServiceConfig, 'logLevel' | 'instance'>): Pino {
  const options = {
    level: config.logLevel,
    base: { service, instance: config.instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: ['*.authorization', '*.password', '*.apiKey', 'authorization', 'password', 'apiKey'],
      remove: true,
    },
  };
  // Written in the background, and whatever is left at the exit.
  return pino(options, pino.destination({ dest: 1, sync: false }));
}

/** Nest's own words: only what goes wrong is worth a line. */
export function nestLogger(logger: Logger): LoggerService {
  return {
    log: (message, context) => logger.debug({ context }, String(message)),
    warn: (message, context) => logger.warn({ context }, String(message)),
    error: (message, stack, context) => logger.error({ context, stack }, String(message)),
  };
}
