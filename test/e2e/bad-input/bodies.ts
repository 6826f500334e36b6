import { type ApiDocument, type Route } from '../api-document.js';
import { BAD_MEMBERS, BAD_VALUES } from './values.js';

/** A body with one fault. */
export interface BadBody {
  readonly name: string;
  readonly text: string;
  /** Where the fault is, a whole map when it is in one of its entries. Empty when the schema takes the body: then it may be good or bad, but not a failure of ours. */
  readonly pointer: string;
}

interface Schema {
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

type Path = readonly (string | number)[];

interface Field {
  readonly path: Path;
  readonly named: Path;
  readonly isObject: boolean;
  readonly required: readonly string[];
}

const MARK = '@@value@@';

/** Every fault of the corpus in every field that the document names for this route, also in one that is added tomorrow. */
export function* badBodies(document: ApiDocument, route: Route): Generator<BadBody> {
  const body = route.operation.requestBody?.content['application/json'];
  if (!body) throw new Error(`${route.path} takes no JSON`);
  const { example, schema } = body;
  for (const { path, named, isObject, required } of fieldsOf(document, schema)) {
    const pointer = pointerTo(named);
    if (path.length > 0) {
      for (const { name, json, never } of BAD_VALUES) {
        const text = textWith(example, path, json);
        const isBad = never ?? !document.takes(route, JSON.parse(text));
        yield { name: `${pointerTo(path)} = ${name}`, text, pointer: isBad ? pointer : '' };
      }
    }
    if (!isObject) continue;
    for (const member of BAD_MEMBERS) {
      const text = textWith(example, [...path, '@@key@@'], '1').replace('@@key@@', member);
      yield { name: `${pointer} with ${member}`, text, pointer: `${pointer}/${member}` };
    }
    for (const member of required) {
      const text = JSON.stringify(changed(example, [...path, member], undefined));
      yield { name: `${pointer} without ${member}`, text, pointer: `${pointer}/${member}` };
      const twice = textWith(example, [...path, '@@key@@'], '1').replace('@@key@@', member);
      yield { name: `${pointer} with ${member} twice`, text: twice, pointer: `${pointer}/${member}` };
    }
  }
}

function* fieldsOf(document: ApiDocument, given: Schema, path: Path = []): Generator<Field> {
  const schema = resolved(document, given);
  yield { path, named: path, isObject: schema.properties !== undefined, required: schema.required ?? [] };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    yield* fieldsOf(document, property, [...path, name]);
  }
  if (schema.items) yield* fieldsOf(document, schema.items, [...path, 0]);
  const { additionalProperties } = schema;
  if (typeof additionalProperties === 'object') {
    yield { path: [...path, 'a-key'], named: path, isObject: false, required: [] };
  }
}

function resolved(document: ApiDocument, schema: Schema): Schema {
  const [own] = (schema.anyOf ?? []).filter(({ type }) => type !== 'null');
  if (own) return resolved(document, own);
  if (schema.$ref === undefined) return schema;
  return document.document.components.schemas?.[
    schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)
  ] as Schema;
}

function textWith(example: object, path: Path, json: string): string {
  return JSON.stringify(changed(example, path, MARK)).replace(`"${MARK}"`, () => json);
}

/** A copy in which one value is another one; undefined takes it away. */
function changed(value: unknown, [first, ...rest]: Path, to: unknown): unknown {
  if (first === undefined) return to;
  if (Array.isArray(value)) return value.map((item, i) => (i === first ? changed(item, rest, to) : item));
  const object = (value ?? {}) as Record<string, unknown>;
  return { ...object, [first]: changed(object[first], rest, to) };
}

function pointerTo(path: Path): string {
  return path.map((part) => `/${part}`).join('');
}
