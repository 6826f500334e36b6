import { type Fault, type Money } from '#contracts';
import { type Item } from './item.js';

/** A price as of a moment: added to the history, never altered. `amount` is null when there is none any more. */
export interface PriceChange {
  readonly kind: 'price';
  readonly sku: string;
  /** The version of the product that it came with. */
  readonly seq: number;
  readonly currency: string;
  readonly amount: number | null;
  readonly at: Date;
}

type Priced = Pick<Item, 'amount' | 'currency' | 'otherPrices'>;

/** The main one first. */
export function pricesOf({ amount, currency, otherPrices }: Priced): Money[] {
  return [{ amount, currency }, ...(otherPrices ?? [])];
}

export function priceIn(item: Priced, currency: string): Money | undefined {
  return pricesOf(item).find((price) => price.currency === currency);
}

/** As they are kept: by currency, and nothing instead of an empty list. */
export function keptPrices(prices: readonly Money[] | null | undefined): readonly Money[] | null {
  if (!prices || prices.length === 0) return null;
  const plain = prices.map(({ amount, currency }) => ({ amount, currency }));
  return plain.sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

/** A product has one price in a currency. */
export function doublePrice({ currency, otherPrices: others }: Priced): Fault | undefined {
  if (!others?.some((one) => one.currency === currency)) return undefined;
  return { pointer: '/prices', detail: `must not have ${currency}, which is the currency of price` };
}

/** What is new between two versions of a product, currency by currency. */
export function priceChanges(before: Priced | undefined, after: Item): PriceChange[] {
  const was = new Map(before && pricesOf(before).map(({ currency, amount }) => [currency, amount]));
  const is = new Map(pricesOf(after).map(({ currency, amount }) => [currency, amount]));
  return [...new Set([...is.keys(), ...was.keys()])]
    .filter((currency) => was.get(currency) !== is.get(currency))
    .map((currency) => ({
      kind: 'price',
      sku: after.sku,
      seq: after.version,
      currency,
      amount: is.get(currency) ?? null,
      at: after.updatedAt,
    }));
}
