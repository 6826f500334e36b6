import { requestIdOf, traceparentOf } from './trace.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('requestIdOf', () => {
  test('takes the id of the caller when it is a safe one', () => {
    expect(requestIdOf('6f1c2a34-aaaa-bbbb')).toBe('6f1c2a34-aaaa-bbbb');
  });

  test.each([
    undefined,
    '',
    'short',
    'x'.repeat(65),
    'with space in it',
    'quote"quote"',
    'ünïcödé-id',
    ['aaaaaaaa', 'b'],
  ])('makes a new one instead of %p', (header) => {
    expect(requestIdOf(header)).toMatch(/^req_[0-9a-z]{26}$/);
  });
});

describe('traceparentOf', () => {
  test.each([`00-${TRACE}-00f067aa0ba902b7-00`, `01-${TRACE}-00f067aa0ba902b7-00-more`])(
    'goes on with %s',
    (header) => {
      expect(traceparentOf(header)).toMatch(new RegExp(`^00-${TRACE}-(?!00f067aa0ba902b7)[0-9a-f]{16}-00$`));
    },
  );

  test.each([
    undefined,
    '',
    `ff-${TRACE}-00f067aa0ba902b7-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`,
  ])('starts a new trace instead of %p', (header) => {
    const made = traceparentOf(header);
    expect(made).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(made).not.toContain(TRACE);
  });
});
