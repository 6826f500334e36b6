import { type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { type Class, type Fault, Rejected, validate } from '#contracts';

/**
 * A request body as its class says: every field checked, unknown ones refused. Pointers start at the body.
 * `absent`: what no body at all stands for, where one may be missing.
 */
export class ValidBody<T extends object> implements PipeTransform<unknown, T> {
  constructor(
    private readonly type: Class<T>,
    private readonly absent?: Partial<T>,
  ) {}

  transform(body: unknown): T {
    return valid(this.type, body === undefined ? this.absent : body, (pointer) => pointer);
  }
}

/** The parameters after the "?". Pointers start with /query. */
export class ValidQuery<T extends object> implements PipeTransform<Record<string, unknown>, T> {
  constructor(private readonly type: Class<T>) {}

  transform(query: Record<string, unknown>): T {
    const inherited = Object.keys(query).find((name) => name in Object.prototype);
    if (inherited) throw new Rejected('validation-failed', { errors: [unknownAt(`/query/${inherited}`)] });
    return valid(this.type, query, (pointer) => `/query${pointer}`);
  }
}

/** A part of the path, which must be what that field of a contract is. Pointers start with /path. */
export class ValidPart<T extends object> implements PipeTransform<unknown, string> {
  constructor(
    private readonly type: Class<T>,
    private readonly field: keyof T & string,
  ) {}

  transform(part: unknown, { data }: ArgumentMetadata): string {
    valid(this.type, { [this.field]: part }, () => `/path/${data}`);
    return part as string;
  }
}

function valid<T extends object>(type: Class<T>, plain: unknown, pointerOf: (pointer: string) => string): T {
  const result = validate(type, plain, true);
  if ('value' in result) return result.value;
  const errors = result.faults.map(({ pointer, detail }): Fault => {
    const at = pointerOf(pointer).slice(0, 200);
    return detail.endsWith(' should not exist') ? unknownAt(at) : { pointer: at, detail };
  });
  throw new Rejected('validation-failed', { errors: errors.slice(0, 50) });
}

function unknownAt(pointer: string): Fault {
  return { pointer, detail: 'is not known here' };
}
