const ORDER = JSON.stringify({ customerId: 'c', currency: 'EUR', lines: [{ sku: 'TEA-001', quantity: 1 }] });
const LENGTH = `Content-Length: ${ORDER.length}\r\n`;
const CHUNKED = 'Idempotency-Key: a\r\nTransfer-Encoding: chunked\r\n';
const GET = (target: string, version = 'HTTP/1.1') => `GET ${target} ${version}`;

export interface WireCase {
  readonly name: string;
  readonly request: string;
}

/** A request line and headers, with a key that is known. */
function head(apiKey: string, more = '', line = 'POST /v1/orders HTTP/1.1'): string {
  return `${line}\r\nHost: x\r\nAuthorization: Bearer ${apiKey}\r\nContent-Type: application/json\r\n${more}`;
}

/** What no HTTP library would send. All of it is refused. */
export function badRequests(apiKey: string): WireCase[] {
  const post = (headers: string, body = ORDER): string => `${head(apiKey, headers)}\r\n${body}`;
  const get = (line: string): string => `${head(apiKey, '', line)}\r\n`;
  const requests: Readonly<Record<string, string>> = {
    'no HTTP at all': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
    'HTTP/0.9': 'GET /v1/orders\r\n\r\n',
    'HTTP/3.0': get(GET('/v1/orders', 'HTTP/3.0')),
    'a method that is none': get('PO ST /v1/orders HTTP/1.1'),
    'no host': 'GET /v1/orders HTTP/1.1\r\n\r\n',
    'a space before the colon': post(`Idempotency-Key : a\r\n${LENGTH}`),
    'a NUL in a header': post(`X-A: a\0b\r\n${LENGTH}`),
    'a folded header': post(`X-A: a\r\n b\r\n${LENGTH}`),
    'a bare line feed': 'GET /v1/orders HTTP/1.1\nHost: x\n\n',
    'two lengths': post(`${LENGTH}Content-Length: 1\r\n`),
    'a negative length': post('Content-Length: -1\r\n'),
    'a length and chunks': post(`${LENGTH}${CHUNKED}`, '0\r\n\r\n'),
    'a chunk that is none': post(CHUNKED, `zz\r\n${ORDER}\r\n`),
    'a body that grows beyond the limit': post(CHUNKED, `4000\r\n${'x'.repeat(0x4000)}\r\n`.repeat(6)),
    'headers of 20 kB': post(`X-A: ${'a'.repeat(20_000)}\r\n${LENGTH}`),
    '3 000 headers': post(`${'A: b\r\n'.repeat(3_000)}${LENGTH}`),
    'a target of 20 kB': get(GET(`/v1/orders?cursor=${'a'.repeat(20_000)}`)),
    'a target with a fragment and spaces': get(GET('/v1/orders#a b')),
    'two equal lines of Idempotency-Key': post(`Idempotency-Key: a\r\nidempotency-key: a\r\n${LENGTH}`),
    'two lines of Idempotency-Key': post(`Idempotency-Key: a\r\nIdempotency-Key: b\r\n${LENGTH}`),
  };
  return Object.entries(requests).map(([name, request]) => ({ name, request }));
}

/** What never ends. */
export function unfinishedRequests(apiKey: string): WireCase[] {
  return [
    { name: 'headers without an end', request: 'POST /v1/orders HTTP/1.1\r\nHost: x\r\nX-A: ' },
    {
      name: 'a body without an end',
      request: `${head(apiKey, 'Idempotency-Key: a\r\nContent-Length: 1000\r\n')}\r\n{`,
    },
  ];
}
