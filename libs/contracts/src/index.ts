import 'reflect-metadata';

export * from './contract.js';
export * from './dead-letter.js';
export * from './errors.js';
export * from './id.js';
export * from './location.js';
export * from './money.js';
export * from './order.js';
export * from './payment.js';
export * from './random.js';
export * from './refund.js';
export * from './stock.js';
export * from './stock-lists.js';
export * from './stock-settings.js';
export * from './text.js';
export * from './validate.js';
