import { ERRORS } from '#contracts';

const text = { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' };

const MOST = Number.MAX_SAFE_INTEGER;

/** What every member of a bundle has around its data: see libs/messaging/src/envelope.ts. */
export const envelopeSchemas = () => ({
  Envelope: {
    type: 'object',
    required: ['id', 'type', 'causationId', 'requestId', 'traceparent', 'attempt'],
    properties: {
      id: { ...text, description: 'The same on every delivery.' },
      type: { ...text, description: 'The name of the message.' },
      causationId: {
        anyOf: [text, { type: 'null' }],
        description: 'The id of the message that caused this one.',
      },
      requestId: { ...text, description: 'Of the HTTP request that it all began with.' },
      traceparent: {
        type: 'string',
        pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
        description: 'W3C Trace Context, level 1.',
      },
      attempt: { type: 'integer', minimum: 1, maximum: MOST, description: '1 on the first try.' },
      deadline: {
        type: 'integer',
        minimum: -MOST,
        maximum: MOST,
        description: 'Of a question, in ms since 1970: nobody waits any more.',
      },
    },
  },
  Notice: {
    type: 'object',
    required: ['notice', 'data'],
    properties: {
      notice: { type: 'string', description: 'What has settled: the id of an order or a payment.' },
      data: { type: 'object' },
    },
  },
  Refused: {
    type: 'object',
    required: ['id', 'refused'],
    properties: {
      id: { type: 'string' },
      refused: {
        type: 'object',
        required: ['code', 'details'],
        properties: { code: { enum: Object.keys(ERRORS) }, details: { type: 'object' } },
      },
    },
  },
});
