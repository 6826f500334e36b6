import { isOfType, parseOptions } from './options.mjs';

test('reads from the first event to what is there now, unless told otherwise', () => {
  expect(parseOptions([])).toEqual({
    from: 'first',
    types: [],
    follow: false,
    json: false,
    help: false,
    rate: 100,
  });
});

test.each([
  ['last', 'last'],
  ['offset:12', 12],
  ['time:2026-11-25T10:00:00Z', new Date('2026-11-25T10:00:00Z')],
])('begins at %s', (text, from) => {
  expect(parseOptions(['--from', text]).from).toEqual(from);
});

test.each([
  [['--from', 'yesterday'], /neither offset:<n> nor time/],
  [['--from', 'time:yesterday'], /neither offset:<n> nor time/],
  [['--from', 'offset:-1'], /neither offset:<n> nor time/],
  [['--to', 'first'], /neither offset:<n> nor time/],
  [['--limit', '0'], /--limit 0 is not a whole number/],
  [['--feed', 'q', '--rate', '1.5'], /--rate 1.5 is not a whole number/],
  [['--follow', '--to', 'offset:1'], /--follow has no end/],
  [['--from', 'offset:7', '--to', 'offset:6'], /--from offset:7 is behind --to offset:6/],
  [['--feed', 'q', '--json'], /--feed prints no events/],
  [['--bogus'], /--help/],
])('refuses %j, and says why', (args, words) => {
  expect(() => parseOptions(args)).toThrow(words);
});

test('takes whole types and beginnings of types', () => {
  expect(isOfType([], 'order.confirmed.v1')).toBe(true);
  expect(isOfType(['order.*'], 'order.confirmed.v1')).toBe(true);
  expect(isOfType(['order.confirmed.v1'], 'order.confirmed.v1')).toBe(true);
  expect(isOfType(['order.c'], 'order.confirmed.v1')).toBe(false);
});
