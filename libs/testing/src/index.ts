export * from './stack.js';
export * from './test-database.js';
