/** Longer than any list that a browser sends. */
const MAX_LENGTH = 1_000;

/** What a header such as Accept or Accept-Language prefers: the first offer's value whose range comes first by weight. */
export function preferred<T>(
  header: string | undefined,
  offers: readonly (readonly [range: RegExp, value: T])[],
  otherwise: T,
): T {
  for (const range of ranges(header ?? '')) {
    const offer = offers.find(([pattern]) => pattern.test(range));
    if (offer) return offer[1];
  }
  return otherwise;
}

/** Lower case, the heaviest first; those of equal weight as they came. Weight 0 means "not this one". */
function ranges(header: string): string[] {
  return header
    .slice(0, MAX_LENGTH)
    .toLowerCase()
    .split(',')
    .map((item) => {
      const [range = '', ...parameters] = item.split(';').map((part) => part.trim());
      const q = parameters.find((parameter) => parameter.startsWith('q='));
      return { range, weight: q === undefined ? 1 : Number(q.slice(2)) };
    })
    .filter(({ range, weight }) => range !== '' && weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ range }) => range);
}
