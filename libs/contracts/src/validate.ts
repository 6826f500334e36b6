import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';

export type Class<T> = new () => T;

/** One fault of a message or request body; `pointer` is a JSON pointer (RFC 6901). */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

export type Validated<T> = { readonly value: T } | { readonly faults: readonly Fault[] };

/** `strict` refuses unknown fields (requests from outside); messages between our services may grow. */
export function validate<T extends object>(type: Class<T>, plain: unknown, strict = false): Validated<T> {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    return { faults: [{ pointer: '', detail: 'must be an object' }] };
  }
  const value = plainToInstance(type, plain);
  const errors = validateSync(value, {
    whitelist: strict,
    forbidNonWhitelisted: strict,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
  });
  return errors.length === 0 ? { value } : { faults: faultsOf(errors) };
}

function faultsOf(errors: readonly ValidationError[], path = ''): Fault[] {
  return errors.flatMap((error) => {
    const pointer = `${path}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const own = Object.values(error.constraints ?? {}).map((detail) => ({
      pointer,
      detail: clean(detail, error.property),
    }));
    return [...own, ...faultsOf(error.children ?? [], pointer)];
  });
}

/** class-validator starts its sentences with the property; the pointer already says it. */
function clean(detail: string, property: string): string {
  return detail.startsWith(`${property} `) ? detail.slice(property.length + 1) : detail;
}
