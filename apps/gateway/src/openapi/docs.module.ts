import { type INestApplication, Module, type OnModuleInit, type Type } from '@nestjs/common';
import { ApplicationConfig, DiscoveryModule, DiscoveryService, HttpAdapterHost } from '@nestjs/core';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage } from 'class-validator';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import { declaredRoutes } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { routeOf } from '../http/operation.js';
import { TestClockController } from '../test-clock/test-clock.controller.js';
import { openApi } from './openapi.js';
import { type Schema } from './openapi-schemas.js';
import { OPERATIONS } from './operations.js';

/** The API reference at /docs and /openapi.json: open to all, made once, served without asking any other host. */
@Module({ imports: [DiscoveryModule] })
export class DocsModule implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly discovery: DiscoveryService,
    private readonly config: GatewayConfig,
  ) {}

  onModuleInit(): void {
    const controllers = this.discovery.getControllers().map(({ metatype }) => metatype as Type);
    const document = apiDocument(controllers) as OpenAPIObject;
    // SwaggerModule wants an application, and takes no more of it than this.
    const app = { getHttpAdapter: () => this.host.httpAdapter, config: new ApplicationConfig() };
    SwaggerModule.setup('docs', app as unknown as INestApplication, document, {
      jsonDocumentUrl: 'openapi.json',
      raw: ['json'],
      customSiteTitle: 'Waybill API',
      swaggerOptions: {
        validatorUrl: null,
        persistAuthorization: true,
        displayRequestDuration: true,
        ...this.#authorized(),
      },
    });
  }

  #authorized(): object {
    const { isDevelopment, docsApiKey: value } = this.config;
    if (!isDevelopment || value === undefined) return {};
    return { authAction: { key: { name: 'key', schema: { type: 'http', scheme: 'bearer' }, value } } };
  }
}

/** What the decorators of controllers and contracts say, as one OpenAPI document. */
export function apiDocument(controllers: readonly Type[]): object {
  // The document is the same everywhere; what is for sandboxes only says so.
  const documented = new Set([...controllers, TestClockController]);
  const policies = new Map(declaredRoutes([...documented]).map(({ route, policy }) => [route, policy]));
  return openApi(contractSchemas(), (operation) => {
    const route = routeOf(operation);
    const policy = policies.get(route);
    if (policy === undefined) throw new Error(`No controller has ${route} of operations.ts.`);
    return policy;
  });
}

const METADATA = {
  type: 'object',
  maxProperties: 20,
  propertyNames: { pattern: '^[\\w.-]{1,40}$' },
  additionalProperties: { type: 'string', minLength: 1, maxLength: 500 },
} as const;

/** The JSON Schema of every contract class and DTO, by its name. */
export function contractSchemas(): Record<string, Schema> {
  const schemas = validationMetadatasToSchemas({
    classTransformerMetadataStorage: defaultMetadataStorage as never,
    refPointerPrefix: '#/components/schemas/',
    additionalConverters: {
      conditionalValidation: ({ target, propertyName }) => reference(target, propertyName) ?? {},
      isObject: ({ target, propertyName }) => reference(target, propertyName) ?? { type: 'object' },
      isCurrency: { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217' },
      isFreeText: ({ constraints: [maxLength] }) => ({
        type: 'string',
        minLength: 1,
        maxLength,
        description: 'Plain text without control characters.',
      }),
      isDay: { type: 'string', pattern: '^2\\d{3}-\\d\\d-\\d\\d$', description: 'A day of UTC.' },
      isIso8601: { type: 'string', format: 'date-time' },
      isMetadata: METADATA,
    },
  });
  const sent = sentByClients(schemas as unknown as Record<string, Schema>);
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const validated = asValidated(name, schema as unknown as Schema);
      return [name, sent.has(name) ? { ...validated, additionalProperties: false } : validated];
    }),
  );
}

/** Bodies, and all that is in them: a field that is not known is refused at every depth. */
function sentByClients(schemas: Readonly<Record<string, Schema>>): ReadonlySet<string> {
  const sent = new Set<string>();
  const follow = (name: string | undefined): void => {
    if (name === undefined || sent.has(name)) return;
    sent.add(name);
    for (const [, next] of JSON.stringify(schemas[name] ?? {}).matchAll(SCHEMA)) follow(next);
  };
  for (const { body } of OPERATIONS) follow(body);
  return sent;
}

const SCHEMA = /#\/components\/schemas\/(\w+)/g;

/** What class-validator does and its decorators don't say: optional means "or null". */
function asValidated(name: string, schema: Schema): Schema {
  if (OPERATIONS.some(({ query }) => query === name)) return schema;
  const { properties = {}, required = [] } = schema;
  const orNull = Object.entries(properties).map(([property, described]) => {
    const always = required.includes(property) || Object.keys(described).length === 0;
    return [property, always ? described : { anyOf: [described, { type: 'null' }] }];
  });
  return { ...schema, properties: Object.fromEntries(orNull) };
}

const isArrayField = (target: unknown, property: string): boolean =>
  getMetadataStorage()
    .getTargetValidationMetadatas(target as new () => object, '', false, false)
    .some(({ propertyName, name }) => propertyName === property && name === 'isArray');

/** The schema of the class that @Type names; the items of an array have their own. */
function reference(target: unknown, property: string): { $ref: string } | undefined {
  const found = defaultMetadataStorage.findTypeMetadata(target as object, property);
  if (!found || (found as { reflectedType?: unknown }).reflectedType === Array) return undefined;
  // Of a list that may be null the compiler tells only that it is an object.
  if (isArrayField(target, property)) return undefined;
  return { $ref: `#/components/schemas/${(found.typeFunction() as { name: string }).name}` };
}
