import { parseOptions } from './options.mjs';

test('prints definitions for the vhost waybill, unless told', () => {
  expect(parseOptions([])).toEqual({ apply: false, help: false, vhost: 'waybill' });
});

test('takes another vhost, and the management API of a broker that is elsewhere', () => {
  const url = 'http://admin:secret@broker:15672';
  expect(parseOptions(['--apply', '--url', url, '--vhost', 'staging'])).toEqual({
    apply: true,
    help: false,
    url,
    vhost: 'staging',
  });
});

test.each([
  [['--url', 'http://broker:15672'], '--url is for --apply'],
  [['--apply', '--url', 'amqp://broker'], 'is not the URL of a management API'],
  [['--apply', '--administrator', 'admin'], '--apply needs an administrator already'],
  [['--vhost', ''], '--vhost needs a name'],
  [['--users'], "Unknown option '--users'"],
])('says what is wrong with %j, and where help is', (args, words) => {
  expect(() => parseOptions(args)).toThrow(words);
  expect(() => parseOptions(args)).toThrow('npm run broker:users -- --help');
});
