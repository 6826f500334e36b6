const moneySchema = {
  type: 'object',
  nullable: true,
  properties: { amount: { type: 'integer' }, currency: { type: 'string' } },
};

/** What Fastify checks before an order is placed. */
export const bodySchema = {
  type: 'object',
  required: ['customerId', 'currency', 'lines', 'payment'],
  additionalProperties: false,
  properties: {
    customerId: { type: 'string', minLength: 1, maxLength: 64 },
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
    lines: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      items: {
        type: 'object',
        required: ['sku', 'quantity'],
        additionalProperties: false,
        properties: {
          sku: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$' },
          quantity: { type: 'integer', minimum: 1, maximum: 1_000 },
        },
      },
    },
    payment: {
      type: 'object',
      required: ['method'],
      additionalProperties: false,
      properties: { method: { type: 'string', pattern: '^tok_[a-z_]{1,60}$' } },
    },
    metadata: { type: 'object', additionalProperties: { type: 'string' } },
  },
};

/** What Fastify compiles the answer's serializer from. */
export const orderSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    status: { type: 'string' },
    version: { type: 'integer' },
    customerId: { type: 'string' },
    currency: { type: 'string' },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          sku: { type: 'string' },
          name: { type: 'string' },
          quantity: { type: 'integer' },
          fulfilledQuantity: { type: 'integer' },
          unitPrice: moneySchema,
          total: moneySchema,
        },
      },
    },
    total: moneySchema,
    paymentId: { type: 'string', nullable: true },
    reason: { type: 'object', nullable: true, properties: { code: { type: 'string' } } },
    expiresAt: { type: 'string', nullable: true },
    metadata: { type: 'object', additionalProperties: { type: 'string' } },
    createdAt: { type: 'string' },
    updatedAt: { type: 'string' },
  },
};
