export * from './local.js';
export * from './loop.js';
export * from './rules.js';
