import 'reflect-metadata';

export * from './cell.js';
export * from './contract.js';
export * from './errors.js';
export * from './id.js';
export * from './import.js';
export * from './json-text.js';
export * from './money.js';
export * from './order.js';
export * from './payment.js';
export * from './price.js';
export * from './random.js';
export * from './refund.js';
export * from './stock.js';
export * from './text.js';
export * from './validate.js';
