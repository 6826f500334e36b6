/** Bytes of UTF-8, as they come in a header of somebody who does not know better. */
const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

export const BAD_KEYS = ['', 'x'.repeat(256), utf8('ключ'), 'a\tb', '\u0080'];

/** RFC 7240: a preference that is not understood is ignored. */
export const BAD_PREFERENCES = [
  'wait=',
  'wait=-1',
  'wait=1.5',
  'wait=99999999999',
  'wait',
  'wait="',
  'respond-async',
  ';;;,,,',
  'x'.repeat(2_000),
];

export const BAD_IF_MATCHES = [
  'x',
  '3',
  '"x"',
  '"-1"',
  '"1", "2"',
  'W/"1"',
  '*',
  '"9007199254740993"',
  '""',
  '"0"',
];

/** None of them is the version of anything. */
export const BAD_IF_NONE_MATCHES = [
  'x',
  '"',
  'W/',
  '"1" "2"',
  ',,,',
  '"9007199254740993"',
  'x'.repeat(4_000),
];

export const BAD_TYPES = [
  'text/plain',
  'application/xml',
  'application/jsonx',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
];

export const BAD_REQUEST_IDS = [
  '',
  'short',
  'x'.repeat(200),
  'a b c d e f g h',
  '<script>alert(1)</script>',
  ['$', '{jndi:ldap://x}'].join(''),
];

export const BAD_TRACEPARENTS = [
  '00-0-0-0',
  `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
  `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`,
  'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  '00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01',
  'x'.repeat(500),
];
