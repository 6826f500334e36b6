import { parseOptions } from './options.mjs';

test('starts one of each, with the demo, unless told otherwise', () => {
  expect(parseOptions([])).toMatchObject({
    replicas: { gateway: 1, order: 1, payment: 1, stock: 1 },
    demo: true,
    fresh: false,
    watch: false,
  });
});

test('scales each service that is named', () => {
  const { replicas } = parseOptions([
    '--scale',
    'order=2',
    '--scale',
    'stock=3',
    '--no-demo',
    '--port',
    '8080',
  ]);
  expect(replicas).toEqual({ gateway: 1, order: 2, payment: 1, stock: 3 });
  expect(parseOptions(['--no-demo', '--port', '8080'])).toMatchObject({ demo: false, port: 8080 });
});

test.each([
  ['--scale', 'orders=2', /services are/],
  ['--scale', 'order=0', /1\.\.16/],
  ['--scale', 'order=1e9', /1\.\.16/],
  ['--port', '70000', /not a port/],
  ['--bogus', '1', /--help/],
])('refuses %s %s, and says what would do', (name, value, words) => {
  expect(() => parseOptions([name, value])).toThrow(words);
});
