import { MAX_LOCATIONS, Rejected } from '#contracts';
import { allocate, type LocationLevel, type Part } from './allocation.js';
import { type Item, type LocationDelta, MAIN } from './item.js';
import { type Line, locationOf, type Stock } from './state.js';

/** What a change of a SKU finds in a location. */
export interface Opened {
  /** With a level for the location, if it needs one: all that lies in `main` alone does not. */
  readonly item: Item;
  readonly level: LocationLevel;
}

/** What lies in `main`: everything, unless the SKU lies in several locations. */
export function mainOf({ onHand, reserved, locations }: Item): LocationLevel {
  return locations?.find(({ location }) => location === MAIN) ?? { location: MAIN, onHand, reserved };
}

/** Refused when there is no such location, or too many that the SKU lies in already. */
export function openLocation(stock: Stock, item: Item, location: string): Opened | Rejected {
  const found = item.locations?.find((one) => one.location === location);
  if (found) return { item, level: found };
  if (location === MAIN) return { item, level: mainOf(item) };
  if (item.backorderLimit > 0) return new Rejected('backorder-in-locations', { sku: item.sku });
  if (!locationOf(stock, location)) return new Rejected('location-not-found', { location });

  const levels = item.locations ?? [mainOf(item)];
  if (levels.length >= MAX_LOCATIONS) {
    return new Rejected('too-many-locations', { sku: item.sku, limit: MAX_LOCATIONS });
  }
  const level: LocationLevel = { location, onHand: 0, reserved: 0 };
  return { item: { ...item, locations: [...levels, level] }, level };
}

/** The line with the locations that so many of it come from; as it is when everything lies in `main`. */
export function placed(item: Item, line: Line, quantity = line.quantity): Line {
  const { from: _, ...plain } = line;
  return item.locations ? { ...plain, from: allocate(item.locations, quantity) } : plain;
}

/** Units `first` to `first + count` of a line, counted along the locations that it comes from: else it is from `main`. */
export function unitsOf({ quantity, from }: Line, first: number, count: number): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const part of from ?? [{ location: MAIN, quantity }]) {
    const begin = Math.max(first, at);
    at += part.quantity;
    const end = Math.min(first + count, at);
    if (end > begin) parts.push({ location: part.location, quantity: end - begin });
  }
  return parts;
}

/** What happens where, when units move; nothing to say when everything lies in `main`. */
export function deltasOf(
  item: Item,
  parts: readonly Part[],
  unit: { readonly onHandDelta: number; readonly reservedDelta: number },
): readonly LocationDelta[] | undefined {
  if (!item.locations) return undefined;
  return merged(parts).map(({ location, quantity }) => ({
    location,
    onHandDelta: unit.onHandDelta * quantity,
    reservedDelta: unit.reservedDelta * quantity,
  }));
}

/** Each location once. A line that has grown may have been given more from one that it comes from already. */
function merged(parts: readonly Part[]): Part[] {
  const quantities = new Map<string, number>();
  for (const { location, quantity } of parts) {
    quantities.set(location, (quantities.get(location) ?? 0) + quantity);
  }
  return [...quantities].map(([location, quantity]) => ({ location, quantity }));
}
