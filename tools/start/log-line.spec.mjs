import { stripVTControlCharacters } from 'node:util';
import { prefixOf, readable } from './log-line.mjs';

const line = (/** @type {object | string} */ entry) =>
  stripVTControlCharacters(
    readable(prefixOf('order-1', 0), typeof entry === 'string' ? entry : JSON.stringify(entry)),
  );

test('tells when, who, what, and then the fields', () => {
  const entry = {
    level: 'info',
    time: '2026-11-23T10:00:00.041Z',
    service: 'order',
    instance: 'order-1',
    orderId: 'ord_1',
    msg: 'confirmed',
  };
  expect(line(entry)).toBe('10:00:00.041 order-1    confirmed orderId=ord_1');
});

test('names a level that is not info, and quotes what has blanks', () => {
  const entry = {
    level: 'warn',
    time: '2026-11-23T10:00:00.041Z',
    msg: 'slow',
    reason: 'disk is full',
    ms: 12,
    none: null,
  };
  expect(line(entry)).toBe('10:00:00.041 order-1    warn slow reason="disk is full" ms=12');
});

test('shows the stack of an error, of a warning only its first line', () => {
  const err = { message: 'no', stack: 'Error: no\n    at one.ts:1\n    at two.ts:2' };
  const time = '2026-11-23T10:00:00.041Z';
  expect(
    line({ level: 'error', time, msg: 'failed', err })
      .split('\n')
      .map((text) => text.trim()),
  ).toEqual(['10:00:00.041 order-1    error failed', 'Error: no', 'at one.ts:1', 'at two.ts:2']);
  expect(line({ level: 'warn', time, msg: 'failed', err }).split('\n')).toHaveLength(2);
});

test.each(['plain words', '{"not": "an entry"}', '{broken', ''])('leaves %j as it is', (text) => {
  expect(line(text)).toBe(`             order-1    ${text}`);
});
