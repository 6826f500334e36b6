export * from './config.js';
export * from './load-config.js';
export * from './logger.js';
export * from './metrics.js';
export * from './service.module.js';
export * from './shutdown.js';
export * from './start.js';
export * from './worker.js';
