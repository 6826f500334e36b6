import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import { accepts, misshapen } from './accepts.js';

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
  if (accepts(type)(plain, strict)) return { value: plain as T };
  const wrong = misshapen(type, plain);
  if (wrong.length > 0) return { faults: wrong.map((pointer) => ({ pointer, detail: 'must be an object' })) };
  const errors = validateSync(plainToInstance(type, plain), {
    whitelist: strict,
    forbidNonWhitelisted: strict,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
  });
  const faults = faultsOf(errors);
  return {
    faults: faults.length > 0 ? faults : [{ pointer: '', detail: 'has fields that are not allowed' }],
  };
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
