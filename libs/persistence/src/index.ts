export * from './clock.js';
export * from './database.js';
export * from './inbox.js';
export * from './migrate.js';
export * from './outbox.js';
export * from './outbox-relay.js';
export * from './sqlstate.js';
export * from './tx.js';
