import { type OrderLineRequest } from '#contracts';

export type Lines = readonly OrderLineRequest[];

/** The same for the same lines. The books write it so, too: see found.ts. */
export function wordsOf(lines: Lines): string {
  const words = lines.map(({ sku, quantity }) => `${sku}×${quantity}`);
  return words.sort().join();
}

/** How many more are where, of which product. */
export function movesOf(sku: string, moves: Readonly<Record<string, number>>): string {
  const words = Object.entries(moves).map(([location, delta]) => `${location}:${delta}`);
  return `${sku} ${words.sort().join()}`;
}
