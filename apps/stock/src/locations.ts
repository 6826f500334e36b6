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
  if (!locationOf(stock, location)) return new Rejected('location-not-found', { location });

  const levels = item.locations ?? [mainOf(item)];
  if (levels.length >= MAX_LOCATIONS) {
    return new Rejected('too-many-locations', { sku: item.sku, limit: MAX_LOCATIONS });
  }
  const level: LocationLevel = { location, onHand: 0, reserved: 0 };
  return { item: { ...item, locations: [...levels, level] }, level };
}

/** The line with the locations that it comes from; as it is when everything lies in `main`. */
export function placed(item: Item, { sku, quantity }: Line): Line {
  if (!item.locations) return { sku, quantity };
  return { sku, quantity, from: allocate(item.locations, quantity) };
}

/** What happens where, when a line moves: so much for each of its units. A line that names no location comes from `main`. */
export function deltasOf(
  item: Item,
  { quantity, from = [{ location: MAIN, quantity }] }: Line,
  unit: { readonly onHandDelta: number; readonly reservedDelta: number },
): readonly LocationDelta[] | undefined {
  if (!item.locations) return undefined;
  return from.map((part: Part) => ({
    location: part.location,
    onHandDelta: unit.onHandDelta * part.quantity,
    reservedDelta: unit.reservedDelta * part.quantity,
  }));
}
