import { type Money } from './money.js';

/** What a spreadsheet takes for a formula when a cell starts with it; an apostrophe before it keeps it text. */
const FORMULA = /^'*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

/** Text as an export writes it: safe to open in a spreadsheet, and the same again after `fromCell`. */
export function toCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** Text as it was before `toCell`; what no export would write is left as it is. */
export function fromCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

const NO_PRICES = 'none';

/** Prices in one cell: `JPY:330 USD:2199`. */
export function toPricesCell(prices: readonly Money[]): string {
  return prices.map(({ amount, currency }) => `${currency}:${amount}`).join(' ') || NO_PRICES;
}

/** A cell that is none stays text, which its field then refuses. */
export function fromPricesCell(cell: string): Money[] | string {
  if (cell === NO_PRICES) return [];
  const prices = cell.split(/\s+/).map((price) => /^(\w{1,10}):(\d{1,15})$/.exec(price));
  if (prices.includes(null)) return cell;
  return prices.map((match) => ({ amount: Number(match?.[2]), currency: match?.[1] ?? '' }));
}
