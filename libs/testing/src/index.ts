export * from './running-service.js';
export * from './stack.js';
export * from './test-broker.js';
export * from './test-database.js';
export * from './test-servers.js';
