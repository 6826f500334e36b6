const text = { type: 'string' };

/** Headers of answers, by name. */
export const HEADERS: Readonly<Record<string, { description: string; schema: object }>> = {
  Accept: { description: 'The types of body that the route takes.', schema: text },
  'Accept-Encoding': { description: 'How the body may be encoded.', schema: text },
  ETag: {
    description:
      'The version, for If-None-Match and If-Match. Of an expanded order more than that, for If-None-Match only.',
    schema: { type: 'string', pattern: '^"\\d+(?:-[0-9a-f]+)?"$', examples: ['"5"'] },
  },
  'Content-Disposition': { description: 'The name of the file.', schema: text },
  'Idempotency-Replayed': {
    description: '`true` when the key was known and this is the answer that was given then.',
    schema: { const: 'true' },
  },
  Location: { description: 'Where it can be read.', schema: text },
  'Preference-Applied': { description: '`wait` when Prefer was heeded.', schema: { const: 'wait' } },
  RateLimit: {
    description:
      'What is left of the quota (`r`), and in how many seconds all of it will be back (`t`). Where quotas are on.',
    schema: { type: 'string', examples: ['"caller";r=42;t=8'] },
  },
  'RateLimit-Policy': {
    description: 'The quota (`q`), and the seconds in which it fills up (`w`). Where quotas are on.',
    schema: { type: 'string', examples: ['"caller";q=500;w=10'] },
  },
  'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer' } },
  'WWW-Authenticate': { description: 'How to authenticate.', schema: text },
  'X-Request-Id': { description: 'The id of this request in logs and timelines.', schema: text },
};
