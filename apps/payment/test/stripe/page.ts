import { type Params, partIn } from './form.js';

interface Listed {
  readonly id: string;
  readonly created: number;
}

/** A list as Stripe answers it: newest first, `created` a range, the next page after an id. */
export function pageOf<T extends Listed>(
  all: readonly T[],
  params: Params,
  url: string,
  shown: (one: T) => object = (one) => one,
): object {
  const { gte = 0, lt = Infinity, lte = Infinity } = partIn(params, 'created');
  const found = all
    .toReversed()
    .filter(({ created }) => created >= Number(gte) && created < Number(lt) && created <= Number(lte));
  const start = found.findIndex(({ id }) => id === params.starting_after) + 1;
  const end = start + Number(params.limit ?? 10);
  return { object: 'list', url, has_more: end < found.length, data: found.slice(start, end).map(shown) };
}
