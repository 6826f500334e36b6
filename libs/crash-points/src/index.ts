export * from './crash.js';
export * from './points.js';
