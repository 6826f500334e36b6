import { type PipeTransform } from '@nestjs/common';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { type Class } from '#contracts';
import { ValidQuery } from '../http/valid.pipe.js';

/** The query of a list, as it is or with filters added. */
export class ListQuery {
  @IsInt() @Min(1) @Max(100) limit: number;
  @IsOptional() @IsString() cursor?: string;
}

/** The same as ValidQuery, with 20 for a `limit` that is not there. */
export class ValidListQuery<T extends { limit: number }>
  implements PipeTransform<Record<string, unknown>, T>
{
  readonly #query: ValidQuery<T>;

  constructor(type: Class<T>) {
    this.#query = new ValidQuery(type);
  }

  transform(query: Record<string, unknown>): T {
    const { limit = '20' } = query;
    const number = typeof limit === 'string' && /^-?\d{1,9}$/.test(limit) ? Number(limit) : limit;
    return this.#query.transform({ ...query, limit: number });
  }
}
