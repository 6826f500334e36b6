import { Ajv2020 } from 'ajv/dist/2020.js';
import { GatewayModule } from '../gateway.module.js';
import { apiDocument } from './docs.module.js';
import { EXAMPLES } from './examples.js';
import { OPERATIONS } from './operations.js';

const document = JSON.parse(
  JSON.stringify(apiDocument(Reflect.getMetadata('controllers', GatewayModule))),
) as {
  paths: Record<
    string,
    Record<string, { responses: Record<string, unknown>; parameters: object[]; security: object[] }>
  >;
  components: { schemas: Record<string, object>; parameters: Record<string, object> };
};

describe('openApi', () => {
  test('has nothing that leads nowhere', () => {
    for (const [, pointer] of JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)) {
      const target = (pointer as string)
        .split('/')
        .slice(1)
        .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], document);
      expect([pointer, typeof target]).toEqual([pointer, 'object']);
    }
  });

  test('has an example for every body and answer, which its schema accepts', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'doc', ...document });
    const named = OPERATIONS.flatMap(({ body, answers }) => [body, ...answers.map(({ schema }) => schema)]);
    for (const name of new Set(named.filter((one) => one !== undefined))) {
      const check = ajv.compile({ $ref: `doc#/components/schemas/${name}` });
      expect([name, check(EXAMPLES[name]), check.errors]).toEqual([name, true, null]);
    }
  });

  test('shows only examples that are used', () => {
    const used = JSON.stringify(OPERATIONS);
    expect(Object.keys(EXAMPLES).filter((name) => !used.includes(`"${name}"`))).toEqual([]);
  });

  test('knows every property of what a client gets and sends', () => {
    const properties = (name: string) =>
      Object.keys((document.components.schemas[name] as { properties: object }).properties).sort();
    for (const name of ['OrderView', 'PaymentView', 'ProductView', 'StockLevelView', 'OrderRequest']) {
      expect([name, properties(name)]).toEqual([name, Object.keys(EXAMPLES[name] as object).sort()]);
    }
  });

  test('tells of 500, 503 and 504 on every route, and of 401, 403 and 422 on those that need a key', () => {
    for (const operations of Object.values(document.paths)) {
      for (const { responses, security } of Object.values(operations)) {
        const ofKeys = security.length > 0 ? ['401', '403', '422'] : [];
        expect(Object.keys(responses)).toEqual(expect.arrayContaining([...ofKeys, '500', '503', '504']));
      }
    }
  });

  test('tells of the quota on every answer to a known caller, and on no other', () => {
    const headersAt = (path: string, method: string, status: number) =>
      (document.paths[path]?.[method]?.responses[status] as { headers: object } | undefined)?.headers;
    const quota = { RateLimit: expect.anything(), 'RateLimit-Policy': expect.anything() };
    for (const status of [201, 400, 415, 422, 429, 503]) {
      expect(headersAt('/v1/orders', 'post', status)).toMatchObject(quota);
    }
    for (const [path, status] of [
      ['/v1/orders', 401],
      ['/v1/orders', 431],
      ['/v1/webhooks/stripe', 204],
      ['/v1/webhooks/stripe', 503],
    ] as const) {
      expect(headersAt(path, 'post', status)).not.toHaveProperty('RateLimit');
    }
    expect(headersAt('/v1/orders', 'post', 415)).toMatchObject({
      Accept: expect.anything(),
      'Accept-Encoding': expect.anything(),
    });
  });

  test('needs the signatures without which a webhook is refused', () => {
    const { parameters } = document.components;
    for (const name of ['WebhookId', 'WebhookTimestamp', 'WebhookSignature', 'StripeSignature']) {
      expect(parameters[name]).toMatchObject({ in: 'header', required: true });
    }
  });

  test('tells importers of the types that they can send', () => {
    const { responses } = document.paths['/v1/stock/imports']?.post ?? {};
    const told = JSON.stringify(responses?.['415']);
    expect(told).toContain('text/csv or application/x-ndjson');
    expect(told).not.toMatch(/application\/json|JSON/);
  });

  test('refuses in bodies what the validator refuses: unknown fields at every depth, text that is too long', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'doc', ...document });
    const check = ajv.compile({ $ref: 'doc#/components/schemas/OrderRequest' });
    const good = EXAMPLES.OrderRequest as { lines: object[]; payment: object; expectedTotal: object };
    const bad = [
      { ...good, more: 1 },
      { ...good, lines: [{ ...good.lines[0], more: 1 }] },
      { ...good, payment: { ...good.payment, more: 1 } },
      { ...good, expectedTotal: { ...good.expectedTotal, more: 1 } },
      { ...good, customerId: 'x'.repeat(65) },
      { ...good, metadata: { ['x'.repeat(41)]: 'y' } },
      { ...good, metadata: { x: 'y'.repeat(501) } },
    ];
    expect(check(good)).toBe(true);
    expect(bad.filter((body) => check(body))).toEqual([]);
  });

  test('lists the filters of a list with their rules', () => {
    expect(document.paths['/v1/orders']?.get?.parameters).toContainEqual({
      name: 'limit',
      in: 'query',
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    });
  });
});
