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
