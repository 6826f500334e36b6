import { classify, mayHaveHappened } from './sqlstate.js';

const withCode = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code });

test.each([
  ['40001', 'transient'],
  ['40P01', 'transient'],
  ['55P03', 'transient'],
  ['08006', 'transient'],
  ['53300', 'transient'],
  ['57P01', 'transient'],
  ['ECONNRESET', 'transient'],
  ['WB409', 'conflict'],
  ['23505', 'conflict'],
  ['22021', 'invalid'],
  ['22P05', 'invalid'],
  ['23514', 'defect'],
  ['42P01', 'defect'],
])('takes %s for %s', (code, severity) => {
  expect(classify(withCode(code))).toBe(severity);
});

test('takes what is no error of the database for a defect', () => {
  expect(classify(new TypeError('x is not a function'))).toBe('defect');
  expect(classify('text')).toBe('defect');
});

test.each([
  ['ECONNREFUSED', false],
  ['40001', false],
  ['53300', false],
  ['ECONNRESET', true],
  ['57P01', true],
  ['08006', true],
  ['23505', false],
])('knows whether a statement that failed with %s may have been carried out', (code, may) => {
  expect(mayHaveHappened(withCode(code))).toBe(may);
});
