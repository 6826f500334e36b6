/** What lies in one location. */
export interface LocationLevel {
  readonly location: string;
  readonly onHand: number;
  readonly reserved: number;
}

/** What is taken from one location. */
export interface Part {
  readonly location: string;
  readonly quantity: number;
}

/**
 * Where a line comes from: from as few locations as possible, from those that have most, and of equal ones from the first
 * by name. Taking the largest first needs the fewest: any other choice of as many has no more in it. Throws when all of
 * them together have too few, which whoever asks has made sure of.
 */
export function allocate(levels: readonly LocationLevel[], quantity: number): Part[] {
  const ranked = levels
    .map(({ location, onHand, reserved }) => ({ location, free: onHand - reserved }))
    .sort((a, b) => b.free - a.free || (a.location < b.location ? -1 : 1));
  const parts: Part[] = [];
  let left = quantity;
  for (const { location, free } of ranked) {
    if (left === 0 || free === 0) break;
    const taken = Math.min(left, free);
    parts.push({ location, quantity: taken });
    left -= taken;
  }
  if (left > 0) throw new Error(`${left} of ${quantity} are in none of ${levels.length} locations`);
  return parts;
}
