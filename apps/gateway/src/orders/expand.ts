import { hash } from 'node:crypto';
import { type OrderView } from '#contracts';

const EXPANSIONS = ['payments', 'timeline'] as const;
export type Expansion = (typeof EXPANSIONS)[number];

const NAMES = EXPANSIONS.join('|');

/** What `expand` may be: names, separated by commas. */
export const EXPAND = new RegExp(`^(?:${NAMES})(?:,(?:${NAMES}))*$`);

export function expansionsOf(expand: string | undefined): ReadonlySet<Expansion> {
  return new Set(expand?.split(',') as Expansion[] | undefined);
}

/** What is wrong with an `expand` that is none, by name. */
export function faultOfExpand(value: unknown): string {
  const unknown =
    typeof value === 'string'
      ? value.split(',').find((name) => !EXPANSIONS.some((one) => one === name))
      : value;
  return `must not name ${JSON.stringify(unknown)?.slice(0, 60)}: there are ${EXPANSIONS.join(' and ')}`;
}

/**
 * An expanded answer changes without its order: a payment is refunded, and no version of the order tells. So its ETag is a
 * hash of all it shows. It serves If-None-Match; If-Match takes versions.
 */
export function etagOfExpanded(expanded: OrderView): string {
  return `"${expanded.version}-${hash('sha256', JSON.stringify(expanded)).slice(0, 24)}"`;
}
