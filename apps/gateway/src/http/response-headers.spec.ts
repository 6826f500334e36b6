import { HEADERS } from '../openapi/openapi-headers.js';
import { Cors, faultOfOrigins, SECURITY, securityOf } from './response-headers.js';

describe('Cors', () => {
  const cors = new Cors('https://shop.example, http://localhost:5173');

  test('is off with an empty list', () => {
    expect(new Cors('').isOn).toBe(false);
    expect(cors.isOn).toBe(true);
  });

  test.each(['https://shop.example', 'http://localhost:5173'])('lets %s call', (origin) => {
    expect(cors.headersFor(origin)).toMatchObject({ 'access-control-allow-origin': origin });
  });

  test.each([
    undefined,
    '',
    'null',
    '*',
    'http://shop.example',
    'https://shop.example.evil',
    'https://a.shop.example',
  ])('says nothing to %p', (origin) => {
    expect(cors.headersFor(origin)).toBeUndefined();
  });
});

describe('what a page of another site may read', () => {
  const exposed = new Cors('https://shop.example').headersFor('https://shop.example')?.[
    'access-control-expose-headers'
  ];

  // Browsers let every page read some (Fetch standard, "CORS-safelisted response-header name"); the others tell programs of ours nothing.
  test.each(
    Object.keys(HEADERS).filter((name) => !/^(?:Accept|Accept-Encoding|WWW-Authenticate)$/.test(name)),
  )('is the documented %s', (name) => {
    expect(exposed?.split(', ')).toContain(name.toLowerCase());
  });
});

describe('faultOfOrigins', () => {
  test.each([
    '*',
    'null',
    'shop.example',
    'https://shop.example/',
    'https://Shop.example',
    'ftp://shop.example',
    'https://shop.example/app',
  ])('finds %p', (origin) => {
    expect(faultOfOrigins(`https://ok.example ${origin}`)).toBe(origin);
  });

  test('finds nothing in a list of origins', () => {
    expect(faultOfOrigins(' https://shop.example,\nhttp://localhost:5173 ')).toBeUndefined();
  });
});

describe('securityOf', () => {
  test('lets scripts of ours run in the API reference, and nowhere else', () => {
    expect(securityOf('/v1/orders')).toBe(SECURITY);
    expect(securityOf('/v1/docs')).toBe(SECURITY);
    expect(SECURITY['content-security-policy']).not.toMatch('script');
    expect(securityOf('/docs')['content-security-policy']).toMatch("script-src 'self';");
  });
});
