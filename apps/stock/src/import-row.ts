import { parse } from 'csv-parse/sync';
import {
  type Fault,
  findFault,
  fromCell,
  fromPricesCell,
  type ImportFormat,
  type ImportLine,
  ImportRow,
  isFreeText,
  Rejected,
  validate,
} from '#contracts';

/** Something that is wrong with a row; `field` is empty when it is the row as a whole. */
export interface RowFault {
  readonly line: number;
  readonly field: string;
  readonly detail: string;
}

export type ReadRow =
  | { readonly line: number; readonly row: ImportRow }
  | { readonly faults: readonly RowFault[] };

/** How rows of an import are to be read. */
export interface RowFormat {
  readonly format: ImportFormat;
  /** The line that names the columns of CSV. */
  readonly header: string;
}

const NUMBERS: ReadonlySet<string> = new Set(['price', 'onHand', 'delta']);
const COLUMNS: readonly string[] = [
  'sku',
  'name',
  'price',
  'currency',
  'prices',
  'active',
  'onHand',
  'delta',
];

/** What the first line of CSV names. Refused as a whole: with a wrong header no row could be right. */
export function columnsOf(header: string): string[] {
  const columns = (cellsOf(header) ?? []).map((column) => column.trim());
  const errors: Fault[] = columns.flatMap((column, i) => {
    const pointer = `/header/${i}`;
    if (!COLUMNS.includes(column)) {
      return { pointer, detail: `must be one of ${COLUMNS.join(', ')}` };
    }
    return columns.indexOf(column) < i ? { pointer, detail: `must name ${column} once` } : [];
  });
  if (!columns.includes('sku'))
    errors.push({ pointer: '/header', detail: 'must name the columns, sku among them' });
  if (errors.length > 0) throw new Rejected('validation-failed', { errors: errors.slice(0, 50) });
  return columns;
}

/** One result for each line, in the same order. */
export function readRows({ format, header }: RowFormat, lines: readonly ImportLine[]): ReadRow[] {
  if (format === 'ndjson') return lines.map((line) => read(line, () => objectOf(line.text ?? '')));
  const columns = columnsOf(header);
  const all = cellsOfAll(lines);
  return lines.map((line, i) => read(line, () => recordOf(columns, all ? all[i] : cellsOf(line.text ?? ''))));
}

function read({ line, fault }: ImportLine, record: () => object | string): ReadRow {
  const plain = fault ?? record();
  if (typeof plain === 'string') return { faults: [{ line, field: '', detail: plain }] };
  const valid = validate(ImportRow, plain, true);
  const faults = 'faults' in valid ? valid.faults.map(named) : togetherFaults(valid.value);
  return faults.length === 0
    ? { line, row: plain as ImportRow }
    : { faults: faults.map((one) => ({ line, ...one })) };
}

function named(fault: Fault): Omit<RowFault, 'line'> {
  const { detail } = fault;
  return {
    field: fieldOf(fault),
    detail: detail.endsWith(' should not exist') ? 'is not known here' : detail,
  };
}

/** As it can be stored and shown: what is no plain text was never the name of a field. */
function fieldOf({ pointer }: Fault): string {
  const field = pointer.slice(1, 101);
  return isFreeText(field, 100) ? field : '(unreadable)';
}

/** What no field says alone. */
function togetherFaults({ price, currency, onHand, delta }: ImportRow): Omit<RowFault, 'line'>[] {
  const faults: Omit<RowFault, 'line'>[] = [];
  const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
  if (isGiven(price) && !isGiven(currency))
    faults.push({ field: 'currency', detail: 'must be given with a price' });
  if (isGiven(currency) && !isGiven(price))
    faults.push({ field: 'price', detail: 'must be given with a currency' });
  if (isGiven(onHand) && isGiven(delta))
    faults.push({ field: 'delta', detail: 'must not be given with onHand' });
  return faults;
}

function objectOf(text: string): object | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is not valid JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not a JSON object';
  const fault = findFault(text);
  return fault ? `${fieldOf(fault)} ${fault.detail}` : value;
}

function recordOf(columns: readonly string[], cells: readonly string[] | undefined): object | string {
  if (!cells) return 'is not well-formed CSV: check its quotation marks';
  if (cells.length !== columns.length) {
    return `has ${cells.length} cells, but there are ${columns.length} columns`;
  }
  return Object.fromEntries(
    columns.flatMap((column, i) => {
      const cell = cells[i] as string;
      return cell === '' ? [] : [[column, typed(column, cell)] as const];
    }),
  );
}

/** A cell that is not what its column wants stays text, which the field then refuses. */
function typed(column: string, cell: string): unknown {
  if (column === 'name') return fromCell(cell);
  const text = cell.trim();
  if (NUMBERS.has(column)) return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : cell;
  if (column === 'prices') return fromPricesCell(text);
  if (column === 'active') return text === 'true' || (text === 'false' ? false : cell);
  return text;
}

/** All at once, because a parser for each row would take longer than the row. Undefined when one of them is no CSV. */
function cellsOfAll(lines: readonly ImportLine[]): string[][] | undefined {
  try {
    const cells = cellsIn(lines.map(({ text }) => text ?? '""').join('\n'));
    return cells.length === lines.length ? cells : undefined;
  } catch {
    return undefined;
  }
}

function cellsOf(text: string): string[] | undefined {
  try {
    const records = cellsIn(text);
    return records.length === 1 ? records[0] : undefined;
  } catch {
    return undefined;
  }
}

function cellsIn(text: string): string[][] {
  return parse(text, { record_delimiter: '\n', relax_column_count: true });
}
