export * from './dead-letters.module.js';
