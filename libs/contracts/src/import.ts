import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { rpc } from './contract.js';
import { IsId } from './id.js';
import { IsCurrency, MAX_AMOUNT, Money } from './money.js';
import { MAX_OTHER_PRICES, MAX_QUANTITY } from './stock.js';
import { IsFreeText, IsSku } from './text.js';

export const IMPORT_FORMATS = ['csv', 'ndjson'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** `interrupted`: nothing has come for a while. Sending it again with its key goes on where it stopped. */
export const IMPORT_STATUSES = ['running', 'interrupted', 'finished'] as const;

/** Rows of one chunk. With MAX_ROW_BYTES it keeps a chunk far below what one message may have. */
export const MAX_CHUNK_ROWS = 500;
/** Of one row as it was sent: a name of 200 characters fits in several times over. */
export const MAX_ROW_BYTES = 8_192;

/** One row: what is not given stays as it is. CSV has the same names as columns. */
export class ImportRow {
  @IsSku() sku: string;
  @IsOptional() @IsFreeText(200) name?: string;
  /** In minor units; always together with its currency. */
  @IsOptional() @IsInt() @Min(1) @Max(MAX_AMOUNT) price?: number;
  @IsOptional() @IsCurrency() currency?: string;
  /** In other currencies: all of them, or none with an empty list. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_OTHER_PRICES)
  @ArrayUnique((price: Money) => price?.currency, { message: 'must name each currency once' })
  @Type(() => Money)

  @ValidateNested({ each: true })
  prices?: Money[];
  @IsOptional() @IsBoolean() active?: boolean;
  /** A count: so many are there. */
  @IsOptional() @IsInt() @Min(0) @Max(MAX_QUANTITY) onHand?: number;
  /** Or a change: so many came, or are gone. */
  @IsOptional() @IsInt() @Min(-MAX_QUANTITY) @Max(MAX_QUANTITY) delta?: number;
}

export class StartImport {
  /** Of caller, route and Idempotency-Key. */
  @IsUUID('all') key: string;
  @IsIn(IMPORT_FORMATS) format: ImportFormat;
  /** The first line of CSV, which names the columns; empty for NDJSON. */
  @IsString() @MaxLength(MAX_ROW_BYTES) header: string;
}

/** A row as it was sent, or why it can't be handed on. */
export class ImportLine {
  @IsInt() @Min(1) line: number;
  @IsOptional() @IsString() @MaxLength(MAX_ROW_BYTES) text?: string;
  @IsOptional() @IsString() @MaxLength(200) fault?: string;
}

export class ImportChunk {
  @IsId('imp') importId: string;
  /** From 0 on, without a gap. */
  @IsInt() @Min(0) chunk: number;
  /** Of its rows: the same number with other rows is another import. */
  @IsUUID('all') fingerprint: string;
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_CHUNK_ROWS)
  @Type(() => ImportLine)

  @ValidateNested({ each: true })
  rows: ImportLine[];
}

export class ChunkApplied {
  /** Chunks that are applied. When this one is not among them it came too early, and has to be sent again. */
  @IsInt() chunks: number;
}

export class FinishImport {
  @IsId('imp') importId: string;
  /** How many there were, all in all. */
  @IsInt() @Min(0) chunks: number;
}

export class ImportRef {
  @IsId('imp') importId: string;
}

/** How many faults of one field there were, those that are not listed among them. */
export class FieldFaults {
  @IsString() field: string;
  @IsInt() count: number;
}

export class ImportView {
  @IsId('imp') id: string;
  @IsIn(IMPORT_STATUSES) status: (typeof IMPORT_STATUSES)[number];
  @IsIn(IMPORT_FORMATS) format: ImportFormat;
  @IsInt() rowsRead: number;
  @IsInt() rowsApplied: number;
  @IsInt() rowsFailed: number;
  @IsArray() @Type(() => FieldFaults) faults: FieldFaults[];
  @IsISO8601() startedAt: string;
  @IsISO8601() updatedAt: string;
  @IsOptional() @IsISO8601() finishedAt: string | null;
}

export class ImportStarted {
  @IsObject() @Type(() => ImportView) import: ImportView;
}

export class ListImports {
  @IsInt() @Min(1) @Max(100) limit: number;
  /** Imports started before this one come next. */
  @IsOptional() @IsId('imp') before?: string;
}

export class ImportList {
  @IsArray() @Type(() => ImportView) data: ImportView[];
  @IsBoolean() more: boolean;
}

/** What was wrong with one row. `field` is empty when it is the row as a whole. */
export class ImportError {
  @IsInt() line: number;
  @IsString() field: string;
  @IsString() detail: string;
}

export class ListImportErrors {
  @IsId('imp') importId: string;
  @IsInt() @Min(1) @Max(100) limit: number;
  /** Errors after this one come next; they are counted from 1. */
  @IsOptional() @IsInt() @Min(0) after?: number;
}

export class ImportErrorList {
  @IsArray() @Type(() => ImportError) data: ImportError[];
  @IsBoolean() more: boolean;
}

export const startImport = rpc('stock.start_import.v1', StartImport, ImportStarted, ['stock:write']);
export const importChunk = rpc('stock.import_chunk.v1', ImportChunk, ChunkApplied, ['stock:write']);
export const finishImport = rpc('stock.finish_import.v1', FinishImport, ImportView, ['stock:write']);
export const getImport = rpc('stock.get_import.v1', ImportRef, ImportView, ['stock:read']);
export const listImports = rpc('stock.list_imports.v1', ListImports, ImportList, ['stock:read']);
export const listImportErrors = rpc('stock.list_import_errors.v1', ListImportErrors, ImportErrorList, [
  'stock:read',
]);
