export * from './dead-letters.module.js';
export * from './invariants.module.js';
