import { ERRORS, type ErrorCode, Rejected } from '#contracts';
import { problemOf, refusalOf } from './problem.js';

const here = { instance: '/v1/orders', requestId: 'req_1' };

describe('problemOf', () => {
  test.each(Object.keys(ERRORS) as ErrorCode[])('makes a complete problem of %s', (code) => {
    const { status, body } = problemOf(new Rejected(code), here);
    expect(status).toBe(ERRORS[code].status);
    expect(body).toEqual({
      type: `/problems/${code}`,
      title: ERRORS[code].title,
      status,
      detail: expect.stringMatching(/\.$/),
      instance: '/v1/orders',
      requestId: 'req_1',
    });
  });

  test('names every field that is at fault, and the first one in its detail', () => {
    const errors = [
      { pointer: '/lines/0/quantity', detail: 'must be an integer number' },
      { pointer: '', detail: 'must be an object' },
    ];
    expect(problemOf(new Rejected('validation-failed', { errors }), here).body).toMatchObject({
      detail: '/lines/0/quantity must be an integer number.',
      errors,
    });
  });

  test('carries what else the refusal knows, but never over its own members', () => {
    const details = { available: 3, status: 200, type: 'x', requestId: 'y', detail: 'Only 3 are left.' };
    expect(problemOf(new Rejected('stock-below-reserved', details), here).body).toEqual({
      available: 3,
      type: '/problems/stock-below-reserved',
      title: ERRORS['stock-below-reserved'].title,
      status: 409,
      detail: 'Only 3 are left.',
      instance: '/v1/orders',
      requestId: 'req_1',
    });
  });

  test('says nothing about the inside of a 500', () => {
    const { body } = problemOf(
      new Rejected('internal-error', { detail: 'column x', table: 'secrets' }),
      here,
    );
    expect(JSON.stringify(body)).not.toMatch(/column|secrets/);
  });

  test('says how long to stay away when the refusal knows', () => {
    const { headers, body } = problemOf(new Rejected('rate-limited', { retryAfter: 7 }), here);
    expect(headers['retry-after']).toBe('7');
    expect(body).not.toHaveProperty('retryAfter');
  });

  test.each(['rate-limited', 'service-unavailable', 'outcome-unknown'] as const)(
    'tells when to come back after %s',
    (code) => {
      expect(problemOf(new Rejected(code), here).headers).toHaveProperty('retry-after');
    },
  );

  test('asks for a key with a 401', () => {
    expect(problemOf(new Rejected('unauthorized'), here).headers['www-authenticate']).toMatch(/^Bearer /);
  });
});

describe('refusalOf', () => {
  test.each([
    [{ code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 }, 'payload-too-large'],
    [{ code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE', statusCode: 415 }, 'unsupported-media-type'],
    [{ code: 'FST_ERR_BAD_URL', statusCode: 400 }, 'malformed-request'],
    [{ status: 415 }, 'unsupported-media-type'],
    [{ code: 'FST_ERR_MAX_PARAM_LENGTH', statusCode: 414 }, 'uri-too-long'],
    [{ code: 'HPE_HEADER_OVERFLOW' }, 'headers-too-large'],
    [{ code: 'HPE_INVALID_METHOD' }, 'malformed-request'],
    [{ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, 'request-timeout'],
    [{ status: 404, message: 'Cannot GET /x' }, 'route-not-found'],
    [{ statusCode: 400, code: 'SOMETHING_NEW' }, 'malformed-request'],
  ])('takes %j for %s', (error, code) => {
    expect(refusalOf(error)?.code).toBe(code);
  });

  test.each([
    new Error('x'),
    { statusCode: 500 },
    { statusCode: 503, code: 'ECONNREFUSED' },
    'text',
    null,
    undefined,
  ])('takes %p for a defect', (error) => {
    expect(refusalOf(error)).toBeUndefined();
  });

  test('leaves a refusal as it is', () => {
    const rejected = new Rejected('order-not-found');
    expect(refusalOf(rejected)).toBe(rejected);
  });
});
