import { Ajv2020 } from 'ajv/dist/2020.js';

export interface Operation {
  readonly operationId: string;
  /** Empty where no key is needed. */
  readonly security: readonly object[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: { readonly 'application/json'?: Body } };
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Body {
  readonly example: object;
  readonly schema: object;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: object;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

export interface Route {
  readonly method: string;
  /** With its parameters: `/v1/orders/{id}`. */
  readonly path: string;
  readonly operation: Operation;
}

interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The API document that a gateway serves, as the judge of what it answers. */
export class ApiDocument {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': DATE_TIME } });

  readonly routes: readonly Route[];

  constructor(readonly document: Document) {
    this.#ajv.addSchema(document, 'api');
    this.routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation: { ...operation, parameters: operation.parameters.map((one) => this.#resolved(one)) },
      })),
    );
  }

  static async of(url: string): Promise<ApiDocument> {
    return new ApiDocument((await (await fetch(`${url}/openapi.json`)).json()) as Document);
  }

  /** What an answer has that the document does not promise, in words. Says nothing about routes that it does not name. */
  faultOf(method: string, target: string, answer: Seen): string | undefined {
    const path = target.split('?', 1)[0] as string;
    const matching = this.routes.filter((one) => one.method === method && patternOf(one.path).test(path));
    // A path that is there as it is goes before one with parameters.
    const route = matching.find((one) => one.path === path) ?? matching[0];
    if (!route) return undefined;
    const { status, headers, text, body } = answer;
    const at = ['paths', route.path, method.toLowerCase(), 'responses', String(status)];
    if (!(status in route.operation.responses))
      return `${status} is not an answer of ${method} ${route.path}`;
    const response = this.#find(at) as { content?: object; headers: object };
    for (const name of Object.keys(response.headers)) {
      const value = headers.get(name);
      const fault =
        value !== null &&
        this.#invalid(this.#pointer('components', 'headers', name, 'schema'), coerced(value));
      if (fault) return `${name} ${fault}`;
    }
    if (!headers.get('x-request-id')) return 'there is no X-Request-Id';
    if (!response.content) return text === '' ? undefined : `${status} has a body`;
    const type = headers.get('content-type')?.split(';', 1)[0] ?? 'none';
    if (!(type in response.content)) return `${type} is not a content type of ${status}`;
    return this.#invalid(
      this.#pointer(...at, 'content', type, 'schema'),
      /[/+]json$/.test(type) ? body : text,
    );
  }

  /** Whether the schema of the route's body takes this. */
  takes({ method, path }: Route, body: unknown): boolean {
    const pointer = this.#pointer(
      'paths',
      path,
      method.toLowerCase(),
      'requestBody',
      'content',
      'application/json',
      'schema',
    );
    return this.#invalid(pointer, body) === undefined;
  }

  #invalid(ref: string, value: unknown): string | undefined {
    const validate = this.#ajv.getSchema(ref) ?? this.#ajv.compile({ $ref: ref });
    if (validate(value)) return undefined;
    return this.#ajv.errorsText(validate.errors, { dataVar: '' });
  }

  #pointer(...parts: string[]): string {
    const escaped = parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')));
    return `api#/${escaped.join('/')}`;
  }

  #find(parts: readonly string[]): unknown {
    return parts.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], this.document);
  }

  #resolved(parameter: Parameter | { readonly $ref: string }): Parameter {
    return '$ref' in parameter ? (this.#find(parameter.$ref.slice(2).split('/')) as Parameter) : parameter;
  }
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}

/** Headers are text; numbers among them are read as numbers. */
const coerced = (value: string): unknown => (/^\d+$/.test(value) ? Number(value) : value);
